// The summary of a conversation comes where it is asked for; without this the page is loaded with it.
import { announce, notice } from "./notice.js";
import { word } from "./words.js";

export function startSummary() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-sum-up]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fetchInto(link.closest("[data-summary]"), link);
  });
}

async function fetchInto(place, link) {
  if (place.getAttribute("aria-busy")) return;
  place.setAttribute("aria-busy", "true");
  link.dataset.label = link.textContent;
  link.textContent = word("asking");
  announce(word("asking"));
  const of = document.getElementById("conversation")?.dataset.conversation;
  const fresh = await load(link.href);
  // Another conversation may be open by now, and the panel may have been drawn anew.
  const now = document.querySelector("#panel [data-summary]");
  if (!now || document.getElementById("conversation")?.dataset.conversation !== of) return;
  if (!fresh) {
    now.removeAttribute("aria-busy");
    const again = now.querySelector("[data-sum-up]");
    if (again) again.textContent = link.dataset.label;
    return notice({ kind: "error", text: word("failed") });
  }
  const held = now.contains(document.activeElement);
  now.replaceWith(fresh);
  announce(fresh.querySelector("p")?.textContent ?? "");
  if (held) fresh.focus({ preventScroll: true });
}

async function load(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("#panel [data-summary=there]");
  } catch {
    return null;
  }
}
