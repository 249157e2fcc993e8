// Where the visitor writes. The text survives a reload of the page until it is sent.
import { h, icon } from "./dom.js";
import { t } from "./words.js";

const LIMIT = 16000; // characters of a message, as the protocol says

/** The composer: {element, field, show(id)}. */
export function createComposer(ui) {
  const field = h("textarea", {
    rows: 1,
    dir: "auto",
    enterkeyhint: "send",
    placeholder: t("write"),
    "aria-label": t("write"),
    "aria-describedby": "limit",
    oninput: changed,
    onkeydown: key,
  });
  const button = h("button.send", { "aria-label": t("send"), title: t("send") }, icon("send"));
  const limit = h("p.wrong", { id: "limit", role: "alert" });
  const element = h("form.composer", { onsubmit: submit }, h("div.box", {}, field, button), limit);
  let drafts = ui.keep.tab().drafts || {};
  let shown = "new";

  function changed() {
    const over = [...field.value].length - LIMIT;
    const words = field.value.trim();
    limit.textContent = over > 0 ? t("too_long", { n: over }) : "";
    element.classList.toggle("ready", Boolean(words) && over <= 0);
    // An empty composer is not disabled: focus would be lost and a screen reader would not say why.
    button.setAttribute("aria-disabled", String(!words || over > 0));
    grow();
    drafts = { ...drafts, [shown]: field.value || undefined };
    ui.keep.setTab({ drafts });
    if (words && ui.current()) ui.session.typing(shown, true);
    else ui.session.typing(shown, false);
  }

  function grow() {
    ui.setRule("--field", "auto");
    ui.setRule("--field", Math.min(field.scrollHeight, 140) + "px");
  }

  function key(event) {
    // While an input method composes, Enter chooses a word and must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit(event);
  }

  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    field.focus();
    if (!text || [...text].length > LIMIT) return;
    write("");
    ui.send(text);
  }

  function write(text) {
    field.value = text;
    changed();
  }

  return {
    element,
    field,
    write,
    /** Shows the text that waits for a conversation ("new" for none yet). */
    show(id) {
      if (id === shown && field.value === (drafts[id] || "")) return;
      shown = id;
      write(drafts[id] || "");
    },
  };
}
