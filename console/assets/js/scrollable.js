// A table wider than its message scrolls; then the keyboard must reach it.
export function startScrollable() {
  reach();
  document.addEventListener("console:opened", reach);
}

/** Makes wide tables and code of messages focusable. */
export function reach() {
  for (const box of document.querySelectorAll(".said :is(table, pre)")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}
