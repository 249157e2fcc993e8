// The header: who answers, the way to the other conversations, the way out.
import { h, icon, iconButton } from "./dom.js";
import { t } from "./words.js";

/** The round mark beside a name: a spark for the bot, an initial for a person. */
export function mark({ kind, name }) {
  if (kind === "bot") return h("span.mark.bot", {}, icon("spark"));
  return h("span.mark", { "aria-hidden": "true" }, [...(name || "")][0] || icon("person"));
}

/** The header: {element, title, draw(c, listing)}. */
export function createHead(ui, showList, close) {
  const list = iconButton("list", t("conversations"), showList);
  const title = h("h2", { tabindex: "-1" });
  const under = h("p");
  const face = h("span");
  const element = h("div.head", {}, face, h("div.names", {}, title, under), list, close && iconButton("close", t("close"), close));

  function draw(c, listing) {
    const { me } = ui.session;
    const name = c?.status.speaker === "agent" && c.status.agent;
    const news = ui.session.unread() - (c?.unread || 0);
    list.hidden = listing || !ui.session.list().some(({ at }) => at);
    list.setAttribute("aria-label", news > 0 ? t("conversations_unread", { n: news }) : t("conversations"));
    list.classList.toggle("news", news > 0);
    face.hidden = listing;
    title.textContent = listing ? t("conversations") : name || me.inbox.name || me.bot.name;
    under.textContent = listing || name ? me.inbox.name : t("bot_answers", { name: me.bot.name });
    face.replaceChildren(mark(name ? { name } : { kind: "bot" }));
  }

  return { element, title, draw };
}
