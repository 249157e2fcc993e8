// Puts a piece of HTML from the server in its place, and moves nothing that a person holds:
// focus, selection, scroll, an open menu, a half-written text, the row under the pointer.
import { mergeComposer } from "./composer.js";

const waiting = new Map();

// A pointer that has rested this long aims at nothing.
const AIMS_MS = 2500;
let aimed = 0;

export function startFragments() {
  document.addEventListener(
    "pointermove",
    () => {
      aimed = Date.now();
    },
    { passive: true },
  );
  document.addEventListener("pointerout", (event) => {
    const body = event.target.closest?.(".list-body");
    if (body && !body.contains(event.relatedTarget)) body.style.paddingBlockEnd = "";
  });
}

/** `{id, list, place, html, flash, move}` as the live stream sends it. Returns the element that is shown now. */
export function put(piece) {
  const fresh = parse(piece.html);
  if (!fresh) return null;
  const old = document.getElementById(piece.id);
  if (old) return replace(old, fresh, piece);
  const list = piece.list && document.getElementById(piece.list);
  if (!list) return null;
  still(list, () => insert(list, fresh, piece.place));
  mark(fresh, "new");
  return fresh;
}

/** Takes an element away; the focus goes to its neighbour. */
export function remove(id) {
  const old = document.getElementById(id);
  if (!old) return;
  const neighbour = old.nextElementSibling ?? old.previousElementSibling;
  const held = old.contains(document.activeElement);
  still(old.parentElement, () => old.remove());
  if (held) neighbour?.querySelector("a, button")?.focus({ preventScroll: true });
}

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

function replace(old, fresh, piece) {
  if (old.id === "composer-place") return mergeComposer(old, fresh);
  if (isHeld(old)) {
    later(old, piece);
    return old;
  }
  const list = old.parentElement;
  const current = old.querySelector(".row[aria-current]");
  if (current) fresh.querySelector(".row")?.setAttribute("aria-current", "true");
  const place = focusPath(old);
  const opened = [...old.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  const top = old.scrollTop;
  if (old.dataset.open !== undefined) fresh.dataset.open = "";
  // A summary somebody has asked for stays; an update has none.
  const summary = old.querySelector("[data-summary=there]");
  if (summary) fresh.querySelector("[data-summary='']")?.replaceWith(summary.cloneNode(true));
  if (same(old, fresh) && !piece.move) return old;
  const moves = piece.move && piece.list && list?.id === piece.list && !isAt(old, piece.place);
  if (moves && isAimed(old)) {
    later(old, piece);
    old.replaceWith(fresh);
  } else if (moves) {
    still(list, () => {
      old.remove();
      insert(list, fresh, piece.place);
    });
  } else {
    old.replaceWith(fresh);
  }
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
  fresh.scrollTop = top;
  if (place) fresh.querySelectorAll("a, button, summary, select, input")[place - 1]?.focus({ preventScroll: true });
  if (piece.flash) mark(fresh, "changed");
  return fresh;
}

// A menu that is open, or a field in use, is not taken from under anybody's hands.
function isHeld(element) {
  if (element.id !== "talk-head" && element.id !== "panel" && !element.matches(".message")) return false;
  return (
    element.querySelector("details.menu[open]") !== null ||
    (element.contains(document.activeElement) && document.activeElement.matches("select, textarea, input"))
  );
}

function later(element, piece) {
  waiting.set(piece.id, piece);
  const again = () =>
    setTimeout(() => {
      const kept = waiting.get(piece.id);
      const now = document.getElementById(piece.id);
      if (!kept || !now || isHeld(now) || (piece.move && isAimed(now))) return;
      waiting.delete(piece.id);
      put(kept);
    }, 60);
  if (piece.move) setTimeout(again, AIMS_MS);
  const end = new AbortController();
  for (const name of ["focusout", "toggle", "pointerleave"]) {
    (name === "pointerleave" ? (document.getElementById(piece.list ?? "") ?? element) : element).addEventListener(
      name,
      () => {
        again();
        if (!waiting.has(piece.id)) end.abort();
      },
      { signal: end.signal, capture: true },
    );
  }
}

function insert(list, fresh, place) {
  const seq = Number(fresh.dataset.seq);
  if (seq) {
    const after = [...list.children].reverse().find((item) => Number(item.dataset.seq) < seq);
    if (after) after.after(fresh);
    else list.prepend(fresh);
  } else if (place === "start") {
    list.prepend(fresh);
  } else {
    list.append(fresh);
  }
}

/** Runs `change` and scrolls so that what is looked at stays where it is. */
export function still(list, change) {
  const scroller = list?.closest(".list-body, .messages, main");
  const anchor = scroller && heldItem(list, scroller);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (Math.abs(moved) < 1) return;
  // A list too short to scroll gets the room, until the pointer leaves it.
  const room = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  if (moved > room && scroller.matches(".list-body")) {
    scroller.style.paddingBlockEnd = `${scroller.clientHeight - list.offsetHeight + moved + scroller.scrollTop}px`;
  }
  scroller.scrollTop += moved;
}

function heldItem(list, scroller) {
  const hovered = [...list.children].find(isAimed);
  if (hovered && scroller.matches(".list-body")) return hovered;
  if (scroller.scrollTop === 0) return null;
  const edge = scroller.getBoundingClientRect().top;
  return [...list.children].find((item) => item.getBoundingClientRect().bottom > edge);
}

function isAimed(element) {
  return element.matches(":hover") && Date.now() - aimed < AIMS_MS;
}

function isAt(item, place) {
  return place === "start" ? !item.previousElementSibling : !item.nextElementSibling;
}

function same(old, fresh) {
  return old.innerHTML === fresh.innerHTML;
}

function focusPath(old) {
  if (!old.contains(document.activeElement)) return 0;
  return [...old.querySelectorAll("a, button, summary, select, input")].indexOf(document.activeElement) + 1;
}

function mark(element, name) {
  element.dataset[name] = "";
  setTimeout(() => delete element.dataset[name], 1000);
}
