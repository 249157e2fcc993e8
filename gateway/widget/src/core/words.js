// Words, plurals, numbers and times in the visitor's language.
import { LOCALES } from "./built.js";

let words = {};
let tag = "en";

/** The shipped locale that fits best: the exact tag, then its language, then English. */
export function pickLocale(wanted) {
  for (const one of wanted.filter(Boolean)) {
    const exact = LOCALES.find((name) => name.toLowerCase() === one.toLowerCase());
    const near = exact || LOCALES.find((name) => name === one.split("-")[0].toLowerCase());
    if (near) return near;
  }
  return "en";
}

/** Loads the words of a locale. */
export async function loadWords(base, locale) {
  words = await (await fetch(`${base}widget/locales/${locale}.json`)).json();
  tag = locale;
}

/** The words for `key`, with `{name}` filled in; `n` chooses the plural form. */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[new Intl.PluralRules(tag).select(values.n)] || text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Text direction of the language. */
export const direction = () => words.dir || "ltr";

/** A place in line: "3rd". */
export function ordinal(n) {
  const form = new Intl.PluralRules(tag, { type: "ordinal" }).select(n);
  return (words.ordinals[form] || words.ordinals.other).replace("{n}", n);
}

const format = (at, options) => new Intl.DateTimeFormat(tag, options).format(at);

/** "14:05" */
export const clockTime = (at) => format(at, { timeStyle: "short" });

/** The exact time, for a hover. */
export const exactTime = (at) => format(at, { dateStyle: "medium", timeStyle: "short" });

/** "Today" or the date. */
export function dayName(at) {
  const sameDay = new Date(at).toDateString() === new Date().toDateString();
  return sameDay ? t("today") : format(at, { dateStyle: "medium" });
}

/** How long ago, in the largest unit that fits: "5 min. ago". */
export function ago(at) {
  const seconds = (at - Date.now()) / 1000;
  const [unit, size] = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ].find(([, length]) => -seconds >= length) || ["second", 1];
  const count = unit === "second" ? 0 : Math.round(seconds / size);
  return new Intl.RelativeTimeFormat(tag, { numeric: "auto", style: "narrow" }).format(count, unit);
}

/** Sentence of a queue place {place, low_min, high_min}: "You are 3rd in line, about 4–6 minutes." */
export function queueWords(queue) {
  if (!queue?.place) return t("queue_wait");
  const place = ordinal(queue.place);
  const high = Math.max(1, Math.round(queue.high_min || 0));
  const low = Math.max(1, Math.round(queue.low_min || 0));
  if (queue.high_min == null) return t("queue_place", { place });
  const time = low < high ? t("time_range", { low, high }) : t("time_one", { n: high });
  return t("queue", { place, time });
}
