// Read marks: what we have seen goes up, what the visitor has seen is shown.
import { post } from "./post.js";

let last = 0;

export function startReading() {
  document.addEventListener("visibilitychange", () => !document.hidden && arrived(last));
  document.addEventListener("console:opened", () => {
    last = 0;
  });
}

/** A message with `seq` is on the page; it is read if somebody looks. */
export function arrived(seq) {
  last = Math.max(last, seq || 0);
  const open = document.getElementById("conversation");
  if (!last || !open || document.hidden) return;
  const seq_now = last;
  last = 0;
  post(`/console/conversations/${open.dataset.conversation}/read`, { seq: seq_now });
}

/** The visitor has read up to `seq`. */
export function seen({ conversation, seq }) {
  if (document.getElementById("conversation")?.dataset.conversation !== conversation) return;
  for (const message of document.querySelectorAll("#messages > .message.agent")) {
    if (Number(message.dataset.seq) > seq) continue;
    const mark = message.querySelector(".read");
    if (mark) mark.dataset.read = "true";
  }
}
