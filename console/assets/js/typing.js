// Typing, both ways. A note is never announced to the visitor.
import { post } from "./post.js";
import { word } from "./words.js";

const SAY_EVERY_MS = 3000;
const ENDS_AFTER_MS = 6000;

let said = 0;
let hide = 0;
let stop = 0;

export function startTyping() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("#composer");
    if (!form || event.target.name !== "body") return;
    if (new FormData(form).get("mode") !== "reply" || !event.target.value.trim()) return;
    const now = Date.now();
    clearTimeout(stop);
    stop = setTimeout(() => say(form, 0), ENDS_AFTER_MS);
    if (now - said < SAY_EVERY_MS) return;
    said = now;
    say(form, 1);
  });
}

/** The next key is announced at once. */
export function typed() {
  said = 0;
  clearTimeout(stop);
}

/** Shows who is typing, for as long as it may still be true. */
export function showTyping({ conversation, name, kind, on }) {
  const place = document.getElementById("typing");
  if (!place || (conversation && place.dataset.conversation !== conversation)) return;
  clearTimeout(hide);
  place.textContent = on ? word(kind === "bot" ? "writing" : "typing", name) : "";
  if (on)
    hide = setTimeout(() => {
      place.textContent = "";
    }, ENDS_AFTER_MS);
}

function say(form, on) {
  post(`/console/conversations/${form.dataset.conversation}/typing`, { on });
}
