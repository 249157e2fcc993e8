// The live stream: the server sends fragments of the same partials that made the page.
import { showDraft, endDraft } from "./draft.js";
import { put, remove } from "./fragment.js";
import { announce } from "./notice.js";
import { showState } from "./presence.js";
import { arrived, seen } from "./reading.js";
import { refresh } from "./refresh.js";
import { reach } from "./scrollable.js";
import { showTyping } from "./typing.js";
import { word } from "./words.js";

const OFFLINE_AFTER_MS = 3000;
const RETRY_FROM_MS = 500;
const RETRY_TO_MS = 30000;

let source = null;
let retry = 0;
let offlineTimer = 0;
let wait = RETRY_FROM_MS;
let lost = false;

export function startLive() {
  connect();
  addEventListener("online", () => lost && connect());
  document.addEventListener("visibilitychange", () => !document.hidden && lost && connect());
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("console:opened", connect);
}

/** Opens the stream the page names, closing the one before. */
export function connect() {
  clearTimeout(retry);
  source?.close();
  const address = document.body.dataset.liveFrom;
  if (!address) return;
  source = new EventSource(address);
  source.addEventListener("open", opened);
  source.addEventListener("error", broken);
  for (const [name, act] of Object.entries(acts)) {
    source.addEventListener(name, (event) => act(read(event.data)));
  }
}

const acts = {
  put: (piece) => {
    const shown = put(piece);
    if (shown?.classList.contains("message")) message(shown);
  },
  remove: ({ id }) => remove(id),
  counts: (counts) => showCounts(counts),
  typing: showTyping,
  draft: showDraft,
  draft_end: endDraft,
  read: seen,
  presence: ({ state }) => showState(state),
  again: () => refresh(),
  bye: ({ to }) => location.assign(to || "/console/login"),
};

function message(shown) {
  endDraft({ turn: shown.dataset.turn });
  reach();
  arrived(Number(shown.dataset.seq));
  if (shown.classList.contains("visitor")) {
    showTyping({ on: false });
    announce(
      `${word("new", shown.querySelector(".by b")?.textContent ?? "")}. ${shown.querySelector(".said")?.textContent ?? ""}`,
    );
  }
}

function showCounts(counts) {
  for (const [name, n] of Object.entries(counts)) {
    for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
      place.textContent = n > 0 ? n.toLocaleString(document.documentElement.lang) : "";
      if (name === "unassigned") place.dataset.waits = String(n > 0);
    }
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function opened() {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  wait = RETRY_FROM_MS;
  document.getElementById("offline")?.setAttribute("hidden", "");
  if (lost) refresh();
  lost = false;
}

// The browser retries by itself after a cut; after a refusal it does not, so we do, with a growing, uneven pause.
function broken() {
  lost = true;
  offlineTimer ||= setTimeout(() => document.getElementById("offline")?.removeAttribute("hidden"), OFFLINE_AFTER_MS);
  if (source.readyState !== EventSource.CLOSED) return;
  clearTimeout(retry);
  retry = setTimeout(connect, wait * (0.5 + Math.random() / 2));
  wait = Math.min(wait * 2, RETRY_TO_MS);
}
