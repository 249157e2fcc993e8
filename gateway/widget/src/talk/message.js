// One message on the screen. The body is built once; what changes (state, rating, buttons) is its foot.
import { h, icon, iconButton } from "../core/dom.js";
import { mark } from "../core/head.js";
import { changeMenu } from "./rewrite.js";
import { safe } from "./safe.js";
import { clockTime, exactTime, t } from "../core/words.js";

/** Who wrote it, in words. */
export function authorName(ui, author) {
  if (author.kind === "visitor") return t("you");
  if (author.kind === "bot") return t("bot_answers", { name: author.name || ui.session.me.bot.name });
  return author.name || t("team");
}

/** A message with what it needs to be drawn again. `place` says how it stands among the others. */
export function messageView(ui, c, message) {
  const { author } = message;
  const name = authorName(ui, author);
  const by = h("div.by", {}, author.kind === "visitor" ? null : mark(author), h("span", {}, name));
  const body = h("div.body", { dir: "auto" });
  const foot = h("div.foot");
  const element = h("div.msg." + author.kind, {}, author.kind === "system" ? null : by, body, sources(ui, message), foot);
  fill(ui, body, message);
  return { element, body, name: by, foot, drawn: "", changed: message.changed };
}

/** Draws what may have changed since; `place` is {grouped, newest, newestOwn, seen}. */
export function drawMessage(ui, view, c, message, place) {
  const change = changeMenu(ui, view, c, message);
  const key = [message.seq, message.state, message.reason, message.rating, change.length, view.opened, ...Object.values(place)].join();
  if (view.drawn === key) return;
  view.drawn = key;
  view.element.classList.toggle("grouped", place.grouped);
  view.element.classList.toggle("unsent", !message.seq);
  ui.keepFocus(() => {
    view.foot.replaceChildren(...footOf(ui, c, message, place).filter(Boolean), ...change);
  });
}

function fill(ui, body, message) {
  if (message.recalled_at) {
    body.classList.add("gone");
    return body.append(t("recalled"));
  }
  if (!message.html) return body.append(message.body);
  const byNumber = new Map((message.citations || []).map((citation) => [citation.n, citation]));
  body.append(safe(message.html, message.body, (n, chip) => ui.openSource(byNumber.get(n), chip)));
  for (const chip of body.querySelectorAll(".cite")) {
    const citation = byNumber.get(Number(chip.textContent));
    if (citation) chip.setAttribute("aria-label", t("source", citation));
    else chip.remove();
  }
}

function sources(ui, { citations }) {
  if (!citations?.length) return null;
  const chips = citations.map((citation) =>
    h(
      "button.chip",
      { type: "button", onclick: (event) => ui.openSource(citation, event.currentTarget) },
      h("b", {}, String(citation.n)),
      h("span", { dir: "auto" }, citation.title),
    ),
  );
  return h("div.sources", { role: "group", "aria-label": t("sources") }, chips);
}

function footOf(ui, c, message, place) {
  const edited = message.edited_at && !message.recalled_at && h("span.note", {}, t("edited"));
  if (message.author.kind === "visitor") return [edited, ownState(ui, message, place)];
  if (message.recalled_at) return [];
  return [
    edited,
    message.extract && h("span.note", {}, t("extract")),
    message.author.kind === "bot" && (place.newest || message.rating) && helpful(ui, c, message),
    place.newest && message.buttons?.length && quickReplies(ui, message),
  ];
}

function ownState(ui, message, { newestOwn, seen }) {
  if (message.state === "failed") {
    return h(
      "span.note.failed",
      {},
      message.reason || t("failed"),
      " ",
      h(
        "button.link",
        { type: "button", "data-focus": "retry" + message.id, onclick: () => ui.session.retry(message) },
        icon("retry"),
        t("retry"),
      ),
    );
  }
  if (!message.seq && message.state !== "sent") return h("span.note", {}, t("sending"));
  if (!newestOwn) return null;
  return h("span.note", {}, seen ? t("seen") : t("sent"), " · ", timeOf(message.at));
}

function timeOf(at) {
  return h("time", { datetime: new Date(at).toISOString(), title: exactTime(at) }, clockTime(at));
}

function quickReplies(ui, message) {
  const press = ({ label, value, wish }) => ui.send(label, { button: value, wish });
  return h(
    "div.replies",
    {},
    message.buttons.map((button) => h("button.reply", { type: "button", onclick: () => press(button) }, button.label)),
  );
}

function helpful(ui, c, message) {
  const thumb = (score, label) => {
    const button = iconButton("up", t(label), () => ui.session.rate(c, message, score), score < 0 ? "thumb.down" : "thumb");
    button.setAttribute("aria-pressed", String(message.rating === score));
    button.dataset.focus = label + message.id;
    return button;
  };
  const asked = h("span", {}, t(message.rating ? "thanks" : "helpful"));
  return h("div.helpful", { role: "group", "aria-label": t("helpful") }, asked, thumb(1, "yes"), thumb(-1, "no"));
}
