// Actions on a conversation are sent without leaving the page; the live stream shows what they changed.
import { notice } from "./notice.js";
import { refresh } from "./refresh.js";
import { post } from "./post.js";
import { word } from "./words.js";

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (
      event.defaultPrevented ||
      !form.closest("#talk-head, #panel, .side-me, .change") ||
      form.id === "composer" ||
      form.method !== "post"
    )
      return;
    if (form.action.endsWith("/logout")) return;
    event.preventDefault();
    act(form, event.submitter);
  });
  document.addEventListener("change", (event) => {
    event.target.closest("[data-autosave]")?.requestSubmit();
  });
}

async function act(form, submitter) {
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const menu = form.closest("details.menu");
  const answer = await post(form.action, new FormData(form, submitter));
  form.removeAttribute("aria-busy");
  if (answer.status === 401) return location.reload();
  if (menu) menu.open = false;
  if (answer.flash) notice(answer.flash);
  else if (!answer.ok) notice({ kind: "error", text: answer.text || firstError(answer) || word("failed") });
  refresh();
}

function firstError(answer) {
  return Object.values(answer.errors)[0] ?? "";
}
