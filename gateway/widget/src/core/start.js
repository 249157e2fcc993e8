// The beginning: reads the script's attributes, offers window.Warbler, and waits until the page is idle.
import { WarblerChat } from "./element.js";
import { keeper } from "./keep.js";
import { loadWords, pickLocale } from "./words.js";

function readOptions({ dataset, src }) {
  return {
    base: new URL(".", src).href,
    inbox: dataset.inbox,
    locale: pickLocale([dataset.locale, ...navigator.languages]),
    identity: dataset.identity,
    theme: dataset.theme,
    open: "open" in dataset,
    fullPage: "page" in dataset,
  };
}

async function begin(options, emit) {
  const { base, inbox, locale } = options;
  const [answer] = await Promise.all([
    fetch(`${base}v1/visitor/inbox/${encodeURIComponent(inbox)}?locale=${locale}`),
    loadWords(base, locale),
  ]);
  const shell = await answer.json();
  if (!answer.ok) throw new Error("Warbler: " + shell.message);
  customElements.define("warbler-chat", WarblerChat);
  const chat = document.createElement("warbler-chat");
  chat.begin(options, keeper(inbox), shell, emit);
  document.body.append(chat);
  return chat;
}

/** window.Warbler: works from the first moment; calls before the element exists wait for it. */
function createApi(ready, listeners) {
  const call =
    (name) =>
    (...values) =>
      void ready.then(
        (chat) => chat[name](...values),
        () => {},
      );
  return {
    open: call("open"),
    close: call("close"),
    setTheme: call("setTheme"),
    identify: ({ name, email, token }) => call("identify")(name, email, token),
    /** Hears "ready", "open", "close", "unread" and "message"; answers a function that ends it. */
    on(name, hear) {
      const entry = [name, hear];
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}

function start(script) {
  const early = window.Warbler;
  if (early?.open) return;
  const options = readOptions(script);
  const listeners = new Set();
  const emit = (name, detail) => {
    for (const [wanted, hear] of listeners) if (wanted === name) hear(detail);
  };
  const idle = new Promise((resolve) => {
    const soon = () => (window.requestIdleCallback || setTimeout)(resolve, { timeout: 2000 });
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", soon);
    else soon();
  });
  const ready = idle.then(() => begin(options, emit));
  ready.then(() => emit("ready"), console.error);
  window.Warbler = createApi(ready, listeners);
  // A page may ask before the script is here: (window.Warbler = window.Warbler || []).push(["open"]).
  if (Array.isArray(early)) for (const [name, ...values] of early) window.Warbler[name](...values);
}

start(document.currentScript || document.querySelector("script[data-inbox]"));
