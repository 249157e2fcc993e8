// Single keys, when nobody is writing. The list of them is in the page (`?`).
import { setMode } from "./composer.js";

const GO = {
  i: "/console/inbox?view=mine",
  h: "/console/",
  u: "/console/inbox?view=unassigned",
  s: "/console/sources",
  g: "/console/gaps",
  r: "/console/report",
};
const CHORD_MS = 1200;

let chord = 0;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) return press(event, () => openDialog("commands"));
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leave(event);
    if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
    single(event);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button?.tagName === "BUTTON") openDialog(button.dataset.open);
  });
}

/** Opens one of the page's dialogs by its id. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("console:shown"));
}

function single(event) {
  if (Date.now() - chord < CHORD_MS) {
    chord = 0;
    if (GO[event.key]) return press(event, () => location.assign(GO[event.key]));
  }
  switch (event.key) {
    case "g":
      chord = Date.now();
      return;
    case "j":
    case "k":
      return press(event, () => move(event.key === "j" ? 1 : -1));
    case "r":
      return press(event, () => setMode("reply"));
    case "n":
      return press(event, () => setMode("note"));
    case "?":
      return press(event, () => openDialog("keys"));
    case "/":
      return press(event, () => document.querySelector("main input[type=search], main input[name=q]")?.focus());
    default:
      return act(event);
  }
}

function act(event) {
  const target = document.querySelector(`#conversation [data-shortcut="${CSS.escape(event.key)}"]`);
  if (!target) return;
  press(event, () => {
    target.click();
    const menu = target.closest("details.menu");
    if (menu?.open && target.matches("summary")) menu.querySelector("select, .menu-item")?.focus();
  });
}

function move(by) {
  const rows = [...document.querySelectorAll("#rows .row")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement?.closest?.(".row"));
  const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function send(event) {
  const form = event.target.closest?.("form");
  if (!form || !event.target.matches("textarea")) return;
  press(event, () => form.requestSubmit(form.querySelector(".button.primary")));
}

// Escape leaves the text box for the conversation, where single keys work again.
function leave(event) {
  if (!event.target.closest?.("#composer") || document.querySelector("details.menu[open]")) return;
  press(event, () => document.getElementById("scroller")?.focus());
}

function isWriting(target) {
  return target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
}

function press(event, act) {
  event.preventDefault();
  act();
}
