// Keeps relative times true, and shows exact ones in the reader's own time zone.
import { word } from "./words.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function startClock() {
  tick();
  setInterval(tick, MINUTE / 2);
  document.addEventListener("console:opened", tick);
}

function tick() {
  const now = Date.now();
  const locale = document.documentElement.lang;
  for (const time of document.querySelectorAll("time[title]")) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const text = relative(now - at);
    if (text && time.textContent !== text) time.textContent = text;
    if (!time.dataset.local) {
      time.title = new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
      time.dataset.local = "";
    }
  }
}

// What is to come and what is long past stays as the server wrote it.
function relative(past) {
  if (past < -MINUTE || past >= 7 * DAY) return "";
  if (past < MINUTE) return word("now");
  if (past < HOUR) return word("minutes", Math.floor(past / MINUTE));
  if (past < DAY) return word("hours", Math.floor(past / HOUR));
  return word("days", Math.floor(past / DAY));
}
