// Copies what stands in the element a button names.
import { announce } from "./notice.js";
import { word } from "./words.js";

const SAID_MS = 1600;

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return select(button.dataset.copy);
    }
    const label = button.lastChild;
    const before = label.textContent;
    label.textContent = word("copied");
    announce(word("copied"));
    setTimeout(() => {
      label.textContent = before;
    }, SAID_MS);
  });
}

// Without the right to the clipboard the text is at least marked, one key away from copied.
function select(id) {
  const range = document.createRange();
  range.selectNodeContents(document.getElementById(id));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
