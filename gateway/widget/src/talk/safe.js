// Markup from the server is never trusted: it is parsed in an inert document and
// rebuilt from the few elements the protocol names. Everything else loses its tags.

const ALLOWED = new Set("p br strong em del code pre ul ol li blockquote h3 h4 table thead tbody tr th td hr a button".split(" "));
const SILENT = new Set("script style template iframe object svg math noscript textarea title".split(" "));

/**
 * Rebuilds `html` as safe nodes; `onCite(n)` hears presses of citation `n`.
 * Where the page forbids parsing (Trusted Types), the plain text stands instead.
 */
export function safe(html, plain, onCite) {
  const out = document.createDocumentFragment();
  try {
    rebuild(new DOMParser().parseFromString(trusted(html), "text/html").body, out, onCite);
  } catch {
    out.append(plain);
  }
  return out;
}

let policy;
function trusted(html) {
  if (!window.trustedTypes) return html;
  policy ||= window.trustedTypes.createPolicy("warbler", { createHTML: (text) => text });
  return policy.createHTML(html);
}

function rebuild(from, into, onCite) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || SILENT.has(node.localName)) continue;
    const element = ALLOWED.has(node.localName) && build(node, onCite);
    rebuild(node, element || into, onCite);
    if (element) into.append(element.localName === "table" ? scroller(element) : element);
  }
}

function build(node, onCite) {
  const tag = node.localName;
  if (tag === "button") return cite(node, onCite);
  const element = document.createElement(tag);
  if (tag === "pre") element.tabIndex = 0; // long lines scroll, by keyboard too
  if (tag === "a") {
    const address = webAddress(node.getAttribute("href"));
    if (!address) return null;
    element.href = address;
    element.target = "_blank";
    element.rel = "noopener nofollow";
  }
  return element;
}

/** A citation keeps nothing of the original but its number; other buttons keep their text only. */
function cite(node, onCite) {
  const n = Number(node.getAttribute("data-n"));
  if (!onCite || !n) return null;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cite";
  button.onclick = () => onCite(n, button);
  return button;
}

/** Wide tables scroll inside the message, by keyboard too. */
function scroller(table) {
  const box = document.createElement("div");
  box.className = "wide";
  box.tabIndex = 0;
  box.append(table);
  return box;
}

/** The address if it is absolute http(s) or mailto, else an empty string. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return /^(https?|mailto):$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}
