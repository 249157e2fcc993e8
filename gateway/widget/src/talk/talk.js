// Everything that shows messages, made once when the first of them is there.
import { announcement } from "./announce.js";
import { createList } from "./list.js";
import { createSheet } from "./sheet.js";
import { createThread } from "./thread.js";

/** The talk part of a panel: {thread, list, sheet, announcement}. */
export function createTalk(ui, behind) {
  const sheet = createSheet(behind, ui.base);
  ui.openSource = sheet.open;
  return { thread: createThread(ui), list: createList(ui), sheet, announcement: (message) => announcement(ui, message) };
}
