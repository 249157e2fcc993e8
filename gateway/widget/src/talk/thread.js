// The messages of one conversation: order on the screen, days, scrolling, older ones on demand.
import { arrange, h, icon } from "../core/dom.js";
import { draftBlocks } from "./draft.js";
import { mark } from "../core/head.js";
import { authorName, drawMessage, messageView } from "./message.js";
import { cardsOf } from "./cards.js";
import { dayName, t } from "../core/words.js";

const NEAR_PX = 60; // this close to the end counts as reading the newest
const THINKING_MS = 40000; // longer than any turn may take

/** The thread: {element, draw(c), toEnd()}. */
export function createThread(ui) {
  const scroll = h("div.scroll", { role: "log", "aria-live": "off", "aria-label": t("messages"), tabindex: "0" });
  const newest = h("button.newest", { type: "button", "aria-label": t("newest"), hidden: true, onclick: () => toEnd() }, icon("down"));
  const older = h("div.older", {}, t("older"));
  const draft = h("div.msg.bot.draft", {}, h("div.by"), h("div.body", { dir: "auto" }));
  const dots = h("div.msg.dots", {}, h("div.by"), h("div.body", {}, h("i"), h("i"), h("i")));
  let views = new Map(); // message id → view
  let days = new Map();
  let shown; // conversation id
  let atEnd = true;
  let oldest = 0; // first seq when older ones were asked for
  let thinkingTimer;

  function draw(c) {
    if (c.id !== shown) {
      views = new Map();
      days = new Map();
      atEnd = true;
      oldest = 0;
      shown = c.id;
    }
    const before = { height: scroll.scrollHeight, top: scroll.scrollTop, first: oldest };
    arrange(scroll, parts(c));
    if (before.first && c.first < before.first) {
      // Older ones came in above: what was being read stays where it was.
      oldest = 0;
      scroll.scrollTop = before.top + scroll.scrollHeight - before.height;
    } else if (atEnd) toEnd();
  }

  function parts(c) {
    const messages = [...c.list, ...c.pending];
    const place = placesOf(c, messages);
    const out = c.more || c.last === null ? [older] : [];
    messages.forEach((message, i) => {
      const day = new Date(message.at).toDateString();
      if (!i || day !== new Date(messages[i - 1].at).toDateString()) out.push(dayLine(day, message.at));
      let view = views.get(message.id);
      // What it says has changed: it is made anew, unless somebody writes in it.
      if (!view || (view.changed !== message.changed && !view.editing)) views.set(message.id, (view = messageView(ui, c, message)));
      drawMessage(ui, view, c, message, place(message, messages[i - 1]));
      out.push(view.element);
    });
    return [...out, ...live(c, messages.at(-1)), ...cardsOf(ui, c)];
  }

  function dayLine(day, at) {
    const line = days.get(day) || days.set(day, h("div.day")).get(day);
    line.textContent = dayName(at);
    return line;
  }

  /** What is going on right now: a draft, somebody writing, or the bot reading. */
  function live(c, last) {
    if (c.draft) {
      head(draft, c.draft.author || { kind: "bot" });
      draft.lastChild.replaceChildren(...draftBlocks(c.draft.text));
      return [draft];
    }
    if (!last) return [];
    const waiting = THINKING_MS - (Date.now() - last.at);
    const thinking = c.status.speaker === "bot" && last.seq && last.author.kind === "visitor" && waiting > 0 && ui.session.line.isUp();
    if (!c.typing && !thinking) return [];
    clearTimeout(thinkingTimer);
    if (!c.typing) thinkingTimer = setTimeout(() => ui.draw(), waiting);
    const author = c.typing ? c.typing.author : { kind: "bot" };
    head(dots, author);
    dots.lastChild.setAttribute("role", "img");
    dots.lastChild.setAttribute(
      "aria-label",
      t(c.typing ? "typing" : "thinking", { name: author.name || (author.kind === "bot" ? ui.session.me.bot.name : t("team")) }),
    );
    return [dots];
  }

  function head(element, author) {
    const name = authorName(ui, author);
    if (element.dataset.by !== name) element.firstChild.replaceChildren(mark(author), h("span", {}, name));
    element.dataset.by = name;
  }

  /** To the end, but never past the beginning of an answer: it is read from its first line. */
  function toEnd() {
    const messages = [...scroll.children];
    const reply = messages.findLast((element) => element.matches(".msg.bot, .msg.agent"));
    const own = messages.findLast((element) => element.matches(".msg.visitor"));
    const answering = reply && (!own || reply.offsetTop > own.offsetTop);
    const end = scroll.scrollHeight - scroll.clientHeight;
    scroll.scrollTop = answering ? Math.min(end, reply.offsetTop - 12) : end;
    atEnd = true;
    newest.hidden = true;
  }

  scroll.addEventListener(
    "scroll",
    () => {
      const left = scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop;
      if (left < NEAR_PX) atEnd = true;
      newest.hidden = left < NEAR_PX * 2;
      const c = ui.current();
      if (scroll.scrollTop < NEAR_PX && c?.more && c.first && oldest !== c.first && left > NEAR_PX) {
        oldest = c.first;
        ui.session.fetch(c);
      }
    },
    { passive: true },
  );
  // Only the visitor's own hand lets go of the end; a layout that grows does not.
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    scroll.addEventListener(
      event,
      () => {
        const left = scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop;
        atEnd = left < NEAR_PX && event !== "wheel";
      },
      { passive: true },
    );
  }

  return { element: h("div.thread", {}, scroll, newest), draw, toEnd };
}

/** How each message stands among the others. */
function placesOf(c, messages) {
  const last = messages.at(-1);
  const lastOwn = messages.findLast((message) => message.author.kind === "visitor");
  const seen = c.status.seen || 0;
  return (message, before) => ({
    grouped:
      Boolean(before) &&
      before.author.kind === message.author.kind &&
      before.author.name === message.author.name &&
      message.at - before.at < 300000,
    newest: message === last,
    newestOwn: message === lastOwn,
    seen: message.seq > 0 && message.seq <= seen,
  });
}
