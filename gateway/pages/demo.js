// The questions of the demo page open the chat with the words filled in.
for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => {
    (window.Warbler = window.Warbler || []).push?.(["open", button.dataset.ask]) ?? window.Warbler.open(button.dataset.ask);
  });
}
