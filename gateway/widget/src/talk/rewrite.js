// An own message that was sent already: the way to edit it or to take it back, by mouse, touch and keyboard alike.
import { h, iconButton } from "../core/dom.js";
import { t } from "../core/words.js";

const LONGEST = 16000; // characters of a message, as the protocol says

/** What stands in the foot of a message that may be changed. `view` remembers whether it is open. */
export function changeMenu(ui, view, c, message) {
  if (ui.session.isChanging(message)) return [h("span.note", { role: "status" }, t("sending"))];
  if (view.editing || !ui.session.canChange(message)) return [];
  const toggle = iconButton("more", t("change_own"), () => open(ui, view, !view.opened), "more");
  toggle.setAttribute("aria-expanded", String(Boolean(view.opened)));
  toggle.dataset.focus = "more" + message.id;
  if (!view.opened) return [toggle];
  const act = (name, onclick) => h("button.link", { type: "button", "data-focus": name + message.id, onclick }, t(name));
  return [
    act("edit", () => edit(ui, view, c, message)),
    act("recall", () => {
      view.opened = false;
      ui.session.change(c, message);
    }),
    toggle,
  ];
}

function open(ui, view, opened) {
  view.opened = opened;
  ui.draw();
}

/** The message becomes a field. Enter saves, Escape leaves it as it was. */
function edit(ui, view, c, message) {
  const field = h("textarea", { rows: 2, dir: "auto", maxlength: LONGEST, "aria-label": t("edit_own") });
  field.value = message.body;
  const close = () => {
    view.editing = view.opened = false;
    form.replaceWith(view.body);
    ui.draw();
    view.foot.querySelector("button")?.focus();
  };
  const save = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    if (text !== message.body) ui.session.change(c, message, text);
    close();
  };
  const key = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key === "Enter" && !event.shiftKey) save(event);
  };
  const cancel = h("button.link", { type: "button", onclick: close }, t("cancel"));
  const form = h("form.rewrite", { onsubmit: save, onkeydown: key }, field, h("div.acts", {}, h("button.link", {}, t("save")), cancel));
  view.editing = true;
  view.body.replaceWith(form);
  ui.draw();
  field.focus();
}
