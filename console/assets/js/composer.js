// The reply box: keeps what is written through updates and reloads, sends without leaving the page.
import { startCanned } from "./canned.js";
import { forget, keep, recall } from "./drafts.js";
import { announce, notice } from "./notice.js";
import { post } from "./post.js";
import { refresh } from "./refresh.js";
import { typed } from "./typing.js";
import { word } from "./words.js";

let composing = false;

export function startComposer() {
  restore();
  startCanned(insert);
  document.addEventListener("console:opened", restore);
  document.addEventListener("compositionstart", () => {
    composing = true;
  });
  document.addEventListener("compositionend", () => {
    composing = false;
  });
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest("#composer");
      if (form) keep(form.dataset.conversation, form.body.value, modeOf(form));
    });
  }
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "composer") return;
    event.preventDefault();
    if (event.submitter?.name === "do") help(event.target, event.submitter);
    else send(event.target, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const suggestion = event.target.closest("[data-insert]");
    if (suggestion) insert(suggestion.dataset.insert);
    const cite = event.target.closest(".said .cite");
    if (cite) showSource(cite);
  });
}

/** Switches to reply or note and goes to the text. */
export function setMode(mode) {
  const form = document.getElementById("composer");
  const radio = form?.querySelector(`input[name=mode][value=${mode}]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  form.body.focus();
}

/** Takes the server's new composer and keeps text, mode, selection and focus of the old one. */
export function mergeComposer(old, fresh) {
  const mine = old.querySelector("#composer");
  const theirs = fresh.querySelector("#composer");
  if (composing || old.querySelector("details.menu[open]") || old.innerHTML === fresh.innerHTML) return old;
  if (mine && theirs) {
    const held = document.activeElement === mine.body ? [mine.body.selectionStart, mine.body.selectionEnd] : null;
    const top = mine.body.scrollTop;
    if (mine.body.value) theirs.client_id.value = mine.client_id.value;
    theirs.body.value = mine.body.value;
    const radio = theirs.querySelector(`input[name=mode][value=${modeOf(mine)}]`);
    if (radio) radio.checked = true;
    const said = mine.querySelector(":scope > .alert");
    const [helped, place] = [mine, theirs].map((form) => form.querySelector("#composer-sources"));
    if (helped && place && !place.hasChildNodes() && (mine.body.value || mine.getAttribute("aria-busy"))) place.replaceWith(helped);
    if (said && mine.body.value && !theirs.querySelector(":scope > .alert")) theirs.prepend(said);
    old.replaceWith(fresh);
    theirs.body.scrollTop = top;
    if (held) {
      theirs.body.focus({ preventScroll: true });
      theirs.body.setSelectionRange(...held);
    }
  } else {
    old.replaceWith(fresh);
    restore();
  }
  return fresh;
}

function modeOf(form) {
  return form.querySelector("input[name=mode]:checked")?.value ?? "reply";
}

function restore() {
  const form = document.getElementById("composer");
  const kept = form && recall(form.dataset.conversation);
  if (!kept || form.body.value) return;
  form.body.value = kept.body;
  const radio = form.querySelector(`input[name=mode][value=${kept.mode}]`);
  if (radio) radio.checked = true;
}

async function send(form, submitter) {
  if (form.getAttribute("aria-busy") || !form.body.value.trim()) return;
  form.setAttribute("aria-busy", "true");
  announce(word("sending"));
  const sent = form.body.value;
  const answer = await post(form.action, new FormData(form, submitter));
  // The stream may have put a new form in place while the old one was on its way.
  const now = document.getElementById("composer") ?? form;
  for (const one of [form, now]) one.removeAttribute("aria-busy");
  fault(now, "");
  if (answer.ok) {
    typed();
    if (now.body.value === sent) now.body.value = "";
    now.client_id.value = uuid7();
    forget(now.dataset.conversation);
    announce("");
    if (answer.flash) notice(answer.flash);
    refresh();
  } else {
    fault(now, answer.text || Object.values(answer.errors)[0] || word("failed"));
    if (answer.status === 409) refresh();
  }
  if (!now.contains(document.activeElement)) now.body.focus({ preventScroll: true });
}

// Asks for words, and puts them where they can still be changed; nothing is sent.
async function help(form, submitter) {
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  submitter.closest("details").open = false;
  // In other words a reply rests on what it rested on.
  const rests = submitter.value === "suggest" ? [] : [...(document.getElementById("composer-sources")?.childNodes ?? [])];
  // This place is read out.
  showSources({ notice: word("asking"), sources: [] });
  const asked = form.body.value;
  const answer = await post(submitter.formAction, new FormData(form, submitter));
  const now = document.getElementById("composer") ?? form;
  for (const one of [form, now]) one.removeAttribute("aria-busy");
  fault(now, answer.ok ? "" : answer.text || word("failed"));
  if (answer.ok && !answer.notice) document.getElementById("composer-sources")?.replaceChildren(...rests);
  else showSources({ notice: answer.notice ?? "", sources: answer.sources ?? [] });
  // Whoever went on writing meanwhile keeps their words.
  if (!answer.ok || now.body.value !== asked) return;
  now.body.value = answer.body;
  now.body.dispatchEvent(new Event("input", { bubbles: true }));
  now.body.focus();
}

function showSources({ notice, sources }) {
  const place = document.getElementById("composer-sources");
  if (!place) return;
  place.textContent = "";
  if (notice) place.append(Object.assign(document.createElement("p"), { textContent: notice }));
  if (!sources.length) return;
  const list = document.createElement("ol");
  for (const source of sources) {
    const name = document.createElement(source.url ? "a" : "span");
    name.textContent = source.heading || source.title;
    if (source.url) Object.assign(name, { href: source.url, rel: "noopener nofollow", target: "_blank" });
    const item = document.createElement("li");
    item.append(name);
    list.append(item);
  }
  place.append(list);
}

function fault(form, text) {
  form.querySelector(":scope > .alert")?.remove();
  if (!text) return;
  const line = document.createElement("p");
  line.className = "alert";
  line.dataset.kind = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  form.prepend(line);
}

function insert(text, from = null, to = null) {
  const field = document.getElementById("body");
  if (!field) return;
  field.focus();
  field.setRangeText(text, from ?? field.selectionStart, to ?? field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function showSource(cite) {
  const message = cite.closest(".message, .played");
  const source = message?.querySelector(`[data-cite="${CSS.escape(cite.dataset.n ?? "")}"]`);
  if (!source) return;
  const fold = source.closest("details");
  if (fold) fold.open = true;
  for (const lit of document.querySelectorAll("[data-lit]")) delete lit.dataset.lit;
  source.dataset.lit = "";
  source.scrollIntoView({ block: "nearest" });
}

// A retry has the same id; the next message gets a new one, sorted by time as all ids here.
function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const at = BigInt(Date.now());
  for (let i = 0; i < 6; i += 1) bytes[i] = Number((at >> BigInt(8 * (5 - i))) & 255n);
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
