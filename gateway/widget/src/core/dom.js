// Small builders for elements. Text always enters as text nodes, never as markup.

/**
 * Builds an element: `h("button.send", {type: "button", onclick}, "Send")`.
 * False, null and undefined attributes and children are left out.
 */
export function h(spec, attributes, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** The icons by name, as paths on a 24 px square. */
export const SHAPES = {
  chat: "M21 11.5a8 8 0 0 1-8.5 8 9 9 0 0 1-3.6-.8L4 20l1.4-4A7.6 7.6 0 0 1 4 11.5a8.2 8.2 0 0 1 8.5-8 8.2 8.2 0 0 1 8.5 8Z",
  close: "m6 6 12 12M18 6 6 18",
  list: "M5 7h14M5 12h14M5 17h9",
  send: "M12 19.5v-15m-6.5 6.5L12 4.5l6.5 6.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5a7.5 7.5 0 0 1 15 0",
  spark: "M12 3.5c.7 4.9 3.6 7.8 8.5 8.5-4.9.7-7.8 3.6-8.5 8.5-.7-4.9-3.6-7.8-8.5-8.5 4.9-.7 7.8-3.6 8.5-8.5Z",
};

/** One icon of the set, hidden from screen readers: its button carries the name. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon i-" + name);
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon and an accessible name. */
export function iconButton(name, label, onclick, kind) {
  return h("button." + (kind || "quiet"), { type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

/**
 * Makes the children of `parent` exactly `wanted`, touching only what differs,
 * so that scroll, focus and selection in what stays are kept.
 */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let here = parent.firstChild;
  for (const element of wanted) {
    if (here === element) here = here.nextSibling;
    else parent.insertBefore(element, here);
  }
}
