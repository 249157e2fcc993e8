// Cards at the end of a thread: the note for when nobody is here, and the rating after a conversation was closed.
import { h, icon } from "../core/dom.js";
import { t } from "../core/words.js";
import { codeCard } from "./code.js";

/** The cards a conversation shows now, as elements. They are made once, so that half-filled fields stay. */
export function cardsOf(ui, c) {
  const { speaker, online, closed_at, csat } = c.status;
  const made = (ui.cards[c.id] ||= {});
  const out = [];
  const waiting = speaker === "queue" && !closed_at;
  if (waiting && (online === false || made.asked)) out.push((made.contact ||= contactCard(ui)).draw(online));
  if (c.code && speaker === "bot" && !closed_at) {
    if (made.code?.call !== c.code.call) made.code = codeCard(ui, c);
    out.push(...made.code.draw(c.code));
  }
  if (csat === "ask" || made.rated) out.push((made.csat ||= csatCard(ui, c, made)).draw(csat));
  return out;
}

/** Name and e-mail, a label for the team; nothing is proven by it. */
function contactCard(ui) {
  const title = h("strong");
  const text = h("p.quiet");
  const name = h("input", { name: "name", autocomplete: "name", maxlength: 200 });
  const email = h("input", { name: "email", type: "email", autocomplete: "email", required: true, maxlength: 254 });
  const wrong = h("p.wrong", { id: "email-wrong", role: "alert" });
  const form = h(
    "form.card",
    { novalidate: true, onsubmit: save },
    title,
    text,
    h("label", {}, t("name"), name),
    h("label", {}, t("email"), email),
    wrong,
    h("button.primary", {}, t("save")),
  );
  const saved = h("p");
  const change = h("button.link", { type: "button", onclick: edit }, t("change"));
  const done = h("div.card.done", { tabindex: "-1" }, saved, change);
  let editing = false;

  function save(event) {
    event.preventDefault();
    email.value = email.value.trim();
    const bad = !email.checkValidity() && t("email_wrong");
    const problem = bad || (!ui.session.line.isUp() && t("not_now"));
    wrong.textContent = problem || "";
    email.setAttribute("aria-invalid", String(Boolean(bad)));
    if (bad) email.setAttribute("aria-describedby", "email-wrong");
    if (problem) return email.focus();
    editing = false;
    ui.session.identify(name.value.trim(), email.value);
  }

  function edit() {
    editing = true;
    ui.draw();
    email.focus();
  }

  return {
    draw(online) {
      const known = ui.session.me.visitor;
      title.textContent = t(online === false ? "offline_title" : "mail_title");
      text.textContent = online === false ? t("offline_text") : "";
      if (!name.value && known?.name) name.value = known.name;
      if (!email.value && known?.email) email.value = known.email;
      if (!known?.email || editing) return form;
      saved.textContent = t("email_saved", { email: known.email });
      if (form.contains(form.getRootNode().activeElement)) setTimeout(() => done.focus());
      return done;
    },
  };
}

/** Five stars and a comment. */
function csatCard(ui, c, made) {
  const stars = [1, 2, 3, 4, 5].map((n) =>
    h(
      "label",
      { title: t("csat_score", { n }) },
      h("input", { type: "radio", name: "score-" + c.id, value: n, "aria-label": t("csat_score", { n }), onchange: () => choose(n) }),
      icon("star"),
    ),
  );
  const comment = h("textarea", { rows: 2, maxlength: 2000, dir: "auto" });
  const more = h("div.more", { hidden: true }, h("label", {}, t("csat_comment"), comment), h("button.primary", {}, t("csat_send")));
  const wrong = h("p.wrong", { role: "alert" });
  const form = h(
    "form.card.csat",
    { onsubmit: give },
    h("fieldset", {}, h("legend", {}, t("csat_title")), h("div.stars", {}, stars)),
    more,
    wrong,
  );
  const thanks = h("div.card.done", { tabindex: "-1" }, h("p", {}, t("csat_thanks")));
  let score = 0;

  function choose(n) {
    score = n;
    stars.forEach((star, i) => star.classList.toggle("on", i < n));
    more.hidden = false;
    ui.draw();
  }

  function give(event) {
    event.preventDefault();
    if (!ui.session.line.isUp()) return void (wrong.textContent = t("not_now"));
    ui.session.csat(c, score, comment.value.trim());
    made.rated = true;
    c.status.csat = "given";
    ui.draw();
    thanks.focus();
  }

  return { draw: (state) => (state === "ask" ? form : thanks) };
}
