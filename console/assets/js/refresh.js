// Fetches the page anew and takes over what differs: after a lost connection, or when something was missed.
import { put, remove } from "./fragment.js";

let running = null;

/** Brings list, conversation and counts up to date without a reload. */
export function refresh() {
  running ??= load().finally(() => {
    running = null;
  });
  return running;
}

async function load() {
  let response;
  try {
    // A summary is asked for once, not with every update.
    const here = new URL(location.href);
    here.searchParams.delete("sum_up");
    response = await fetch(here, { headers: { Accept: "text/html" } });
  } catch {
    return;
  }
  if (response.redirected && response.url.includes("/console/login")) return location.reload();
  if (!response.ok) return;
  apply(new DOMParser().parseFromString(await response.text(), "text/html"));
}

function apply(fresh) {
  list(fresh, "rows");
  const mine = document.getElementById("conversation");
  const theirs = fresh.getElementById("conversation");
  if (mine && theirs && mine.dataset.conversation === theirs.dataset.conversation) {
    for (const item of fresh.querySelectorAll("#messages > [data-seq]")) {
      put({ id: item.id, list: "messages", place: "end", html: item.outerHTML });
    }
    for (const id of ["talk-head", "panel", "composer-place"]) part(fresh, id);
  }
  for (const count of fresh.querySelectorAll("[data-count]")) {
    const place = document.querySelector(`[data-count="${count.dataset.count}"]`);
    if (place) place.textContent = count.textContent;
  }
  part(fresh, "my-state");
  const live = fresh.body.dataset.liveFrom;
  if (live) document.body.dataset.liveFrom = live;
}

function part(fresh, id) {
  const found = fresh.getElementById(id);
  if (found) put({ id, html: found.outerHTML });
}

function list(fresh, id) {
  const theirs = fresh.getElementById(id);
  const mine = document.getElementById(id);
  if (!theirs || !mine) return;
  const wanted = new Set([...theirs.children].map((item) => item.id));
  for (const item of [...mine.children]) {
    if (!wanted.has(item.id)) remove(item.id);
  }
  // From the last to the first, so that each lands above the one before.
  for (const item of [...theirs.children].reverse()) {
    put({ id: item.id, list: id, place: "start", html: item.outerHTML, move: true });
  }
}
