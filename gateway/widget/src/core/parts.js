// Parts of the widget that are fetched when they are first needed: "talk" (everything that shows messages)
// and "stream" (the fallback transport). Each is a module that is handed what it shares with the core.
import { SHARED, VERSION } from "./built.js";

const loaded = new Map();

/** Loads a part once; a failed load may be tried again (browsers may remember the failed address). */
export function loadPart(base, name) {
  const { tries = 0, part } = loaded.get(name) || {};
  if (part) return part;
  const coming = import(`${base}widget/${name}.js?v=${VERSION}${tries ? "-" + tries : ""}`).then((module) => {
    const made = module.default(SHARED());
    if (made.CSS) addStyle(made.CSS);
    return made;
  });
  loaded.set(name, { tries, part: coming });
  coming.catch(() => loaded.set(name, { tries: tries + 1 }));
  return coming;
}

/** The style sheets of the shadow root. No style element: a strict policy would refuse it. */
export const styles = { root: null };

/** Adds a style sheet; answers it. */
export function addStyle(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  styles.root.adoptedStyleSheets = [...styles.root.adoptedStyleSheets, sheet];
  return sheet;
}
