// What is typed is shown as readers see it without leaving the page; without this the page is loaded with it.
import { notice } from "./notice.js";
import { word } from "./words.js";

export function startPreview() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preview]");
    if (!button) return;
    event.preventDefault();
    show(button);
  });
}

async function show(button) {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const fresh = await load(button.form, button);
  button.removeAttribute("aria-busy");
  const place = document.getElementById("preview");
  if (!fresh || !place) return notice({ kind: "error", text: word("failed") });
  place.replaceWith(fresh);
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
}

async function load(form, button) {
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("preview");
  } catch {
    return null;
  }
}
