// A sign of life while the console is open, and the own state shown everywhere.
import { post } from "./post.js";
import { word } from "./words.js";

const BEAT_MS = 20000;

export function startPresence() {
  if (!document.querySelector("[data-my-state]")) return;
  setInterval(() => post("/console/presence", { beat: 1 }), BEAT_MS);
}

/** Another tab, or the server, changed our state. */
export function showState(state) {
  for (const dot of document.querySelectorAll("[data-my-state]")) dot.dataset.state = state;
  for (const label of document.querySelectorAll("[data-my-state-label]")) label.textContent = word(state);
}
