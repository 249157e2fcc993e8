// The first view of a conversation: who answers, what one could ask, whether a person is here.
import { h } from "./dom.js";
import { t } from "./words.js";

/** The first view; `draw()` returns its element, brought up to date. */
export function createFirst(ui) {
  const element = h("div.first.scroll", { tabindex: "0", role: "group", "aria-label": t("greeting") });
  let drawn = "";

  function content({ bot, desk, inbox }) {
    const starters = (inbox.starters || [])
      .slice(0, 4)
      .map((text) => h("button.starter", { type: "button", dir: "auto", "data-focus": text, onclick: () => ui.send(text) }, text));
    return [
      h("p.greeting", { dir: "auto" }, inbox.greeting || t("greeting")),
      h("p.quiet", {}, t("first_bot", { name: bot.name })),
      h(desk.online ? "p.quiet.here" : "p.quiet.gone", {}, t(desk.online ? "first_online" : "first_offline")),
      h("div.starters", { role: "group", "aria-label": t("starters") }, starters),
    ];
  }

  return {
    draw() {
      const { bot, desk, inbox } = ui.session.me;
      const key = JSON.stringify([bot, desk, inbox]);
      if (key !== drawn) ui.keepFocus(() => element.replaceChildren(...content(ui.session.me)));
      drawn = key;
      return element;
    },
  };
}
