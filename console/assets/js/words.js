// What scripts say; the words themselves are in the page, in its language.
const words = document.getElementById("words")?.dataset ?? {};

/** The text called `name`; `%s` in it becomes `value`. */
export function word(name, value = "") {
  return (words[name] ?? "").replace("%s", value);
}
