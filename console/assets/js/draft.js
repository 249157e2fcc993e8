// The bot's answer while it is written: shown, never kept.
import { still } from "./fragment.js";
import { showTyping } from "./typing.js";

/** The next piece of a draft; `n` counts from 0. */
export function showDraft({ conversation, turn, n, text }) {
  const list = document.getElementById("messages");
  if (document.getElementById("conversation")?.dataset.conversation !== conversation || !list) return;
  let item = document.getElementById("draft");
  if (item && item.dataset.turn !== turn) {
    item.remove();
    item = null;
  }
  if (!item) {
    if (n !== 0) return;
    item = make(turn);
    still(list, () => list.append(item));
    showTyping({ on: false });
  }
  still(list, () => item.querySelector(".said").append(text));
}

/** The draft was given up or became a message. */
export function endDraft({ turn }) {
  const item = document.getElementById("draft");
  if (item && (!turn || item.dataset.turn === turn)) item.remove();
}

function make(turn) {
  const item = document.createElement("li");
  item.id = "draft";
  item.className = "message bot draft";
  item.dataset.turn = turn;
  item.dataset.first = "true";
  const said = document.createElement("div");
  said.className = "said plain";
  said.dir = "auto";
  item.append(said);
  return item;
}
