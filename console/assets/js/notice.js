// The line at the bottom that says what was done, and what screen readers hear.
import { post } from "./post.js";
import { word } from "./words.js";

const STAYS_MS = 6000;
let timer = 0;

export function startNotice() {
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-dismiss]");
    if (!close) return;
    event.preventDefault();
    dismiss();
  });
  const given = document.getElementById("flash");
  if (given?.dataset.kind === "done") leaveLater(given);
}

/** Shows a flash as the server would; `undo` is {action, label}. */
export function notice({ kind, text, undo = null }) {
  dismiss();
  const box = document.createElement("div");
  box.className = "flash";
  box.id = "flash";
  box.dataset.kind = kind;
  box.setAttribute("role", kind === "error" ? "alert" : "status");
  const said = document.createElement("span");
  said.className = "grow";
  said.textContent = text;
  box.append(said);
  if (undo) box.append(button(undo.label || word("undo"), () => undoIt(undo)));
  box.append(button(word("close"), dismiss, "quiet"));
  document.body.append(box);
  if (kind === "done") leaveLater(box);
}

/** Says `text` to screen readers only. */
export function announce(text) {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

function dismiss() {
  clearTimeout(timer);
  document.getElementById("flash")?.remove();
}

function button(label, act, kind = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button small ${kind}`;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

async function undoIt(undo) {
  dismiss();
  const answer = await post(undo.action, {});
  if (answer.flash) notice(answer.flash);
  else if (!answer.ok) notice({ kind: "error", text: answer.text || word("failed") });
}

// It stays while it is pointed at or focused, so that Undo cannot slip away.
function leaveLater(box) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (box.matches(":hover, :focus-within")) leaveLater(box);
    else box.remove();
  }, STAYS_MS);
}
