// One quiet line above the composer: whose turn it is, the place in line, the way to a person.
import { h, icon } from "./dom.js";
import { queueWords, t } from "./words.js";

const LOSS_MS = 3000; // a loss is mentioned only when it lasts

/** The line: {element, draw(c)}. */
export function createBar(ui) {
  const text = h("span");
  const hint = h("span.hint");
  const person = h(
    "button.link",
    { type: "button", "data-focus": "person", onclick: () => ui.send(t("person"), { wish: "person" }) },
    icon("person"),
    t("person"),
  );
  const mail = h("button.link", { type: "button", onclick: () => ui.askMail() }, t("mail_title"));
  const element = h("div.bar", {}, text, person, hint, mail);
  let told = "";
  let downSince = 0;

  function draw(c) {
    const { line, me, newcomer } = ui.session;
    const { speaker = "bot", closed_at, online } = c?.status || {};
    const waiting = speaker === "queue" && !closed_at;
    const lost = isLost(line);
    const slow = lost ? t("connecting") : newcomer.isSlow() && t("proving");
    text.textContent = line.isStopped() ? t("stopped") : slow || words(c?.status || {});
    text.classList.toggle("warn", lost);
    hint.textContent = waiting && online !== false ? t("queue_hint") : "";
    person.hidden = (speaker !== "bot" && !closed_at) || line.isStopped();
    mail.hidden = !hint.textContent || Boolean(me.visitor?.email || ui.cards[c.id]?.asked);
    if (waiting && text.textContent !== told) ui.say(text.textContent);
    told = text.textContent;
  }

  function words({ speaker, closed_at, online, queue, agent }) {
    if (closed_at) return t("closed_hint");
    if (speaker === "agent") return t("with_agent", { name: agent || t("a_person") });
    if (speaker !== "queue") return "";
    return online === false ? t("offline_title") : queueWords(queue);
  }

  function isLost(line) {
    const now = Date.now();
    downSince = line.isUp() ? 0 : downSince || now;
    const left = downSince + LOSS_MS - now;
    if (downSince && left > 0) setTimeout(() => ui.draw(), left + 50);
    return downSince > 0 && left <= 0;
  }

  return { element, draw };
}
