// What a screen reader is told when something arrives, once.
import { plainWords } from "./draft.js";
import { authorName } from "./message.js";
import { t } from "../core/words.js";

const LIMIT = 1200; // characters of an answer that are read at once

/** The words for a message that just came. */
export function announcement(ui, { author, body }) {
  const text = plainWords(body).slice(0, LIMIT);
  return author.kind === "system" ? text : t("said", { name: author.name || authorName(ui, author), text });
}
