// The custom element: launcher, panel, theme and the one live region, inside a shadow root that inherits nothing.
import { CSS } from "./built.js";
import { accent } from "./colour.js";
import { h, icon } from "./dom.js";
import { createPanel } from "./panel.js";
import { addStyle, styles } from "./parts.js";
import { createSession } from "./session.js";
import { direction, t } from "./words.js";

/** `<warbler-chat>`; made by the script, never by the page. */
export class WarblerChat extends HTMLElement {
  /** Builds everything; `options` as read in start.js, `emit(name, detail)` tells the page. */
  begin(options, keep, shell, emit) {
    Object.assign(this, { options, keep, emit, rules: new Map(), saying: [] });
    this.root = styles.root = this.attachShadow({ mode: "open" });
    addStyle(CSS);
    this.values = addStyle("");
    this.narrow = matchMedia("(max-width: 479.98px)");
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.session = createSession(options, keep, shell, (name, detail) => this.heard(name, detail));
    this.panel = createPanel(
      {
        base: options.base,
        session: this.session,
        keep,
        cards: {},
        setRule: (name, value) => this.setRule(name, value),
        say: (text) => this.say(text),
        keepFocus: (act) => keepFocus(this.root, act),
        isFullScreen: () => !options.fullPage && this.narrow.matches,
      },
      options.base,
      options.fullPage,
      () => this.close(),
    );
    this.count = h("span.count");
    this.launcher = h(
      "button.launcher",
      { type: "button", "aria-haspopup": "dialog", onclick: () => this.open() },
      icon("chat"),
      this.count,
    );
    this.live = h("div.live", { "aria-live": "polite" });
    this.frame = h(
      options.fullPage ? "div.frame.page" : "div.frame",
      { lang: options.locale, dir: direction() },
      this.launcher,
      this.panel.element,
      this.live,
    );
    this.root.append(this.frame);
    this.watch();
    this.draw();
  }

  /** Opens what was open on the page before; a known visitor is connected to learn of unread messages. */
  connectedCallback() {
    const { fullPage, open } = this.options;
    if (fullPage || open || this.keep.tab().open) this.open(null, !fullPage);
    else if (this.keep.token()) this.session.line.start();
  }

  /** What the browser does around the panel: theme, on-screen keyboard, scrolling, coming back. */
  watch() {
    const fit = () => this.fit();
    this.dark.addEventListener("change", () => this.setTheme());
    this.narrow.addEventListener("change", fit);
    window.visualViewport?.addEventListener("resize", fit);
    window.visualViewport?.addEventListener("scroll", fit);
    document.addEventListener("visibilitychange", () => this.draw());
    // On a small screen the launcher steps aside while the page is read downwards.
    let top = scrollY;
    addEventListener(
      "scroll",
      () => {
        if (Math.abs(scrollY - top) < 12) return;
        this.launcher.classList.toggle("aside", this.narrow.matches && scrollY > top);
        top = scrollY;
      },
      { passive: true },
    );
    this.setTheme();
    fit();
  }

  setTheme(wanted = this.options.theme) {
    this.options.theme = wanted;
    const theme = /^(light|dark)$/.test(wanted) ? wanted : this.dark.matches ? "dark" : "light";
    this.frame.dataset.theme = theme;
    const set = accent(this.session.me.inbox.color, theme) || {};
    for (const part of ["fill", "on", "ink"]) this.setRule("--accent-" + part, set[part]);
  }

  /** A value CSS needs from here. In a sheet of our own, since a strict policy forbids style attributes. */
  setRule(name, value) {
    if (this.rules.get(name) === value) return;
    this.rules.set(name, value);
    const text = [...this.rules].map(([key, one]) => (one ? `${key}:${one};` : "")).join("");
    this.values.replaceSync(`.frame.frame{${text}}`);
  }

  /** Full screen ends above the on-screen keyboard. */
  fit() {
    const full = this.narrow.matches || this.options.fullPage;
    const view = full && window.visualViewport;
    this.setRule("--view-height", view && Math.round(view.height) + "px");
    this.setRule("--view-top", view && Math.round(view.offsetTop) + "px");
    this.panel.element.setAttribute("aria-modal", String(full && !this.options.fullPage));
  }

  draw() {
    const n = this.session.unread();
    const open = !this.panel.element.hidden;
    this.launcher.hidden = open || this.session.line.isStopped();
    this.launcher.setAttribute("aria-label", n ? t("launch_unread", { n }) : t("launch"));
    this.count.hidden = !n;
    this.count.textContent = n > 99 ? "99+" : n;
    if (n !== this.unread) this.emit("unread", (this.unread = n));
    if (open) this.panel.draw();
  }

  heard(name, detail) {
    if (name === "trouble") return this.panel.trouble(detail);
    if (name === "arrived") this.arrived(detail);
    if (name === "altered") this.say(t(detail === "recalled" ? "one_recalled" : "one_edited"));
    if (name === "welcome") {
      this.setTheme();
      this.panel.choose();
    }
    // Many frames in one moment are one drawing. Frames of a hidden page do not come.
    if (this.drawing) return;
    this.drawing = true;
    (document.hidden ? setTimeout : requestAnimationFrame)(() => {
      this.drawing = false;
      this.draw();
    });
  }

  async arrived({ conversation, message }) {
    const { id, author, body, at } = message;
    this.emit("message", { conversation, id, author, body, at });
    const talk = await this.panel.needTalk();
    this.say(talk.announcement(message));
  }

  /** Announces once; what comes in the same moment is said together. */
  say(text) {
    this.saying.push(text);
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => {
      this.live.textContent = this.saying.splice(0).join(" ");
      this.sayTimer = setTimeout(() => (this.live.textContent = ""), 8000);
    }, 150);
  }

  open(text, quiet) {
    const { panel } = this;
    const first = panel.element.hidden;
    this.session.line.start();
    this.session.tellPage();
    panel.element.hidden = false;
    panel.choose();
    this.keep.setTab({ open: true });
    this.draw();
    if (typeof text === "string") panel.composer.write(text);
    if (!quiet) panel.focus();
    if (first) this.emit("open");
  }

  close() {
    if (this.panel.element.hidden || this.options.fullPage) return;
    this.panel.element.hidden = true;
    this.keep.setTab({ open: false });
    this.draw();
    this.launcher.focus();
    this.emit("close");
  }

  identify(name, email, token) {
    this.session.identify(name, email, token);
  }
}

/** Runs `act`; an element with the same `data-focus` gets back the focus that was taken away. */
function keepFocus(root, act) {
  const key = root.activeElement?.dataset.focus;
  act();
  if (!key || root.activeElement?.dataset.focus === key) return;
  [...root.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key)?.focus();
}
