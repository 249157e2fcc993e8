// The visitor's conversations, newest first.
import { arrange, h } from "../core/dom.js";
import { plainWords } from "./draft.js";
import { mark } from "../core/head.js";
import { ago, exactTime, t } from "../core/words.js";

/** The list: {element, draw()}. */
export function createList(ui) {
  const rows = new Map();
  const items = h("ul.rows");
  const empty = h("p.quiet", {}, t("no_conversations"));
  const fresh = h("button.primary", { type: "button", onclick: () => ui.show(null) }, t("new_conversation"));
  const element = h("div.list", {}, h("div.scroll", {}, empty, items), h("div.foot", {}, fresh));

  function draw() {
    const all = ui.session.list().filter((c) => c.at);
    empty.hidden = all.length > 0;
    arrange(items, all.map(row));
  }

  function row(c) {
    const item = rows.get(c.id) || rows.set(c.id, h("li")).get(c.id);
    const { speaker, agent, closed_at } = c.status;
    const author = agent ? { kind: "agent", name: agent } : { kind: "bot", name: ui.session.me.bot.name };
    const state = closed_at ? t("closed") : speaker === "queue" ? t("waiting") : "";
    const key = [author.name, state, c.preview, c.unread, ago(c.at)].join();
    if (item.dataset.drawn === key) return item;
    item.dataset.drawn = key;
    ui.keepFocus(() =>
      item.replaceChildren(
        h(
          "button.row",
          { type: "button", "data-focus": c.id, onclick: () => ui.show(c.id) },
          mark(author),
          h(
            "span.who",
            {},
            h("b", {}, author.name || t("team")),
            state && h("span.tag", {}, state),
            h("time", { title: exactTime(c.at) }, ago(c.at)),
          ),
          h("span.words", { dir: "auto" }, plainWords(c.preview || "")),
          c.unread > 0 && h("span.count", {}, String(c.unread)),
        ),
      ),
    );
    return item;
  }

  return { element, draw };
}
