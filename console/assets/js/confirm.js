// Asks before a form that destroys something is sent.
import { word } from "./words.js";

export function startConfirm() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const question = form.dataset?.confirm;
      if (!question || form.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(question, () => {
        form.dataset.confirmed = "";
        form.requestSubmit(event.submitter ?? undefined);
      });
    },
    true,
  );
}

function ask(question, yes) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog confirm";
  const text = document.createElement("p");
  text.id = "confirm-text";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "actions";
  for (const [label, kind, value] of [
    [word("no"), "quiet", "no"],
    [word("yes"), "danger", "yes"],
  ]) {
    const button = document.createElement("button");
    button.className = `button ${kind}`;
    button.value = value;
    button.textContent = label;
    row.append(button);
  }
  dialog.append(text, row);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") yes();
  });
  document.body.append(dialog);
  dialog.showModal();
}
