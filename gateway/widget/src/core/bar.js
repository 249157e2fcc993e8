// One quiet line above the composer: whose turn it is, the place in line, the way to a person.
import { h, icon } from "./dom.js";
import { queueWords, t } from "./words.js";

/** The line: {element, draw(c)}. */
export function createBar(ui) {
  const text = h("span.state");
  const button = h("button.link", { type: "button", "data-focus": "person", onclick: () => ui.send(t("person"), { wish: "person" }) },
    icon("person"), t("person"));
  const mail = h("button.link", { type: "button", "data-focus": "mail", onclick: () => ui.askMail() }, t("mail_title"));
  const element = h("div.bar", {}, text, button, mail);
  let told = "";

  function draw(c) {
    const { line, me } = ui.session;
    const status = c?.status || { speaker: "bot" };
    const waiting = status.speaker === "queue" && !status.closed_at;
    text.textContent = words(status, line);
    text.classList.toggle("warn", !line.isUp() && trouble(line));
    button.hidden = status.speaker !== "bot" || Boolean(status.closed_at) || line.isStopped();
    mail.hidden = !waiting || status.online === false || Boolean(me.visitor?.email) || Boolean(c && ui.cards[c.id]?.asked);
    if (waiting && text.textContent !== told) ui.say(text.textContent);
    told = text.textContent;
  }

  function words(status, line) {
    if (line.isStopped()) return t("stopped");
    if (trouble(line)) return t("connecting");
    if (status.closed_at) return t("closed_hint");
    if (status.speaker === "queue") {
      if (status.online === false) return t("offline_title");
      return queueWords(status.queue) + " " + t("queue_hint");
    }
    if (status.speaker === "agent") return t("with_agent", { name: status.agent || t("a_person") });
    return t("assistant");
  }

  /** A loss is mentioned only when it lasts; most are over before anybody could read it. */
  let since = 0;
  function trouble(line) {
    if (line.isUp()) since = 0;
    else since ||= Date.now();
    if (since && Date.now() - since < 3000) setTimeout(() => ui.draw(), 3100 - (Date.now() - since));
    return since > 0 && Date.now() - since >= 3000;
  }

  return { element, draw };
}
