// The form for a one-time code. It is made once for a call, so that what is half typed stays.
import { h } from "../core/dom.js";
import { t } from "../core/words.js";

/** The form of the code that `c` waits for: {call, draw(state)}; `draw` gives the elements that are to be seen. */
export function codeCard(ui, c) {
  const field = h("input.code", {
    name: "code",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    maxlength: 12,
    dir: "ltr",
    "aria-describedby": "code-said",
  });
  const said = h("p.wrong", { id: "code-said", role: "alert" });
  const enter = h("button.primary", {}, t("code_send"));
  const again = h("button.link", { type: "button", onclick: resend }, t("code_resend"));
  const form = h(
    "form.card.code",
    { novalidate: true, onsubmit: give },
    h("label", {}, t("code_label"), field),
    said,
    h("div.acts", {}, enter, again),
  );
  const over = h("div.card.done", { role: "status" });
  let sent = ""; // the code that was entered last
  let resent = false;
  let last; // the state that was drawn last
  let timer;

  function give(event) {
    event.preventDefault();
    const code = field.value.replace(/[\s-]/g, "");
    const short = !/^[0-9０-９]{6}$/.test(code) && t("code_short");
    const problem = short || (!ui.session.line.isUp() && t("not_now"));
    if (problem) {
      tell(problem, Boolean(short));
      return field.focus();
    }
    sent = code;
    resent = false;
    enter.disabled = true;
    ui.session.code(c, code);
  }

  function resend() {
    if (!ui.session.line.isUp()) return tell(t("not_now"));
    resent = true;
    sent = "";
    field.value = "";
    again.disabled = true;
    ui.session.code(c);
    field.focus();
  }

  function tell(text, bad) {
    if (said.textContent !== text) said.textContent = text;
    said.classList.toggle("calm", text === t("code_resent"));
    field.setAttribute("aria-invalid", String(Boolean(bad)));
  }

  function draw(now) {
    const { state, left, message, resends, resend_at } = now;
    if (state === "expired") {
      over.textContent = message;
      return [over];
    }
    if (!/waiting|wrong|unsent|stranger/.test(state)) return [];
    if (now !== last) enter.disabled = false;
    last = now;
    if (state === "wrong") {
      tell([message, t("code_left", { n: left })].join(" "), true);
      if (sent && field.value) field.select();
      sent = "";
    } else if (message) tell(message);
    else if (resent) tell(t("code_resent"));
    const wait = resend_at - Date.now();
    again.hidden = !resends;
    again.disabled = wait > 0;
    clearTimeout(timer);
    if (resends && wait > 0) timer = setTimeout(() => ui.draw(), wait + 50);
    return [form];
  }

  return { call: c.code.call, draw };
}
