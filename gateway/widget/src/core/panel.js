// The panel: header, what is shown in the middle, the line of state and the composer, and the keys that work in it.
import { createBar } from "./bar.js";
import { createComposer } from "./composer.js";
import { arrange, h } from "./dom.js";
import { createFirst } from "./first.js";
import { createHead } from "./head.js";
import { newId } from "./ids.js";
import { loadPart } from "./parts.js";
import { t } from "./words.js";

/** The panel. It also fills in the `ui` the parts share. */
export function createPanel(ui, base, fullPage, close) {
  const first = createFirst(ui);
  const bar = createBar(ui);
  const composer = createComposer(ui);
  const head = createHead(ui, showList, fullPage ? null : close);
  const middle = h("div.middle");
  const body = h("div.talk", {}, middle, bar.element, composer.element);
  const toast = h("p.toast", { role: "alert", hidden: true });
  const element = h(
    "section.panel",
    { role: "dialog", "aria-label": t("panel", { name: ui.session.me.inbox.name }), hidden: true, onkeydown: onKey },
    head.element,
    body,
    toast,
  );
  let id = ui.keep.tab().conversation || null;
  let listing = false;
  let talk = null;

  const current = () => (id && ui.session.held.get(id)) || null;
  const reading = () => !element.hidden && !listing && !document.hidden && !talk?.sheet.isOpen();

  /** The talk part, from the moment there is something to show. */
  async function needTalk() {
    const part = await loadPart(base, "talk");
    if (talk) return talk;
    talk = part.createTalk(ui, [head.element, body]);
    element.append(talk.sheet.element);
    draw();
    return talk;
  }

  function draw() {
    const c = current();
    listing &&= Boolean(talk);
    head.draw(c, listing);
    bar.element.hidden = composer.element.hidden = listing;
    const unknown = !c && id && !ui.session.me.visitor; // remembered by the tab, not yet confirmed by the server
    if (c && c.last === null) ui.session.fetch(c);
    if (listing) arrange(middle, [talk.list.element]);
    else if (!c) arrange(middle, unknown ? [] : [first.draw()]);
    else if (talk) arrange(middle, [talk.thread.element]);
    else
      arrange(
        middle,
        [...middle.children].filter((one) => one.matches(".own")),
      );
    if (listing) return talk.list.draw();
    if (c && talk) talk.thread.draw(c);
    else if (c) needTalk().catch(() => setTimeout(draw, 3000));
    bar.draw(c);
    composer.show(c || unknown ? id : "new");
    if (c && talk && reading()) ui.session.read(c);
  }

  function show(next) {
    talk?.sheet.close();
    listing = false;
    id = next;
    ui.keep.setTab({ conversation: id });
    draw();
    focus();
  }

  async function showList() {
    await needTalk();
    listing = true;
    draw();
    middle.querySelector("button").focus();
  }

  /** The field, except where that would push a keyboard over the first view. */
  function focus() {
    const touch = matchMedia("(hover: none)").matches;
    if (!touch || !fullPage) (touch ? head.title : composer.field).focus({ preventScroll: true });
  }

  /** The newest conversation that goes on, if the tab does not know better. */
  function choose() {
    const [newest] = ui.session.list();
    if (!current() && !listing && newest && (newest.unread || !newest.status.closed_at)) id = newest.id;
  }

  function send(text, extra) {
    if (!current() && ui.session.me.visitor) id = newId();
    id ||= newId();
    ui.keep.setTab({ conversation: id });
    // Seen at once, even while the part that shows messages is still on its way.
    if (!talk) arrange(middle, [h("div.own", { dir: "auto" }, text)]);
    ui.session.send(id, text, extra);
    talk?.thread.toEnd();
  }

  function askMail() {
    (ui.cards[id] ||= {}).asked = true;
    draw();
    talk.thread.toEnd();
    middle.querySelector(".card input")?.focus();
  }

  /** Escape closes what is on top; full screen or with a sheet, Tab stays inside. */
  function onKey(event) {
    const sheet = talk?.sheet.isOpen() && talk.sheet;
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (sheet) sheet.close();
      else if (!fullPage) close();
    }
    if (event.key === "Tab" && (sheet || ui.isFullScreen())) keepInside(event, sheet ? sheet.element : element);
  }

  function trouble(text) {
    toast.textContent = text;
    toast.hidden = false;
    setTimeout(() => (toast.hidden = true), 6000);
  }

  Object.assign(ui, { current, draw, show, send, askMail });
  return { element, draw, focus, choose, trouble, reading, needTalk, composer };
}

function keepInside(event, box) {
  const { activeElement } = box.getRootNode();
  const usable = [...box.querySelectorAll("button, textarea, input, a[href], [tabindex='0']")].filter(
    (one) => one.getClientRects().length && !one.closest("[inert]"),
  );
  const [edge, other] = event.shiftKey ? [usable[0], usable.at(-1)] : [usable.at(-1), usable[0]];
  if (activeElement !== edge && box.contains(activeElement)) return;
  event.preventDefault();
  other?.focus();
}
