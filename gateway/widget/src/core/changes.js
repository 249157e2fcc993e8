// Own messages that are being edited or taken back: told again after every loss, always under the same id, until it is known.
import { newId } from "./ids.js";

/** Changes on their way; `put(frame)` sends, `changed()` asks for a drawing. */
export function createChanges(put, changed) {
  const waiting = new Map(); // id → frame

  function done(id) {
    return waiting.delete(id);
  }

  return {
    add(conversation, seq, body) {
      const frame = { t: body == null ? "recall" : "edit", id: newId(), conversation, seq, body };
      waiting.set(frame.id, frame);
      put(frame);
    },
    done,
    flush: () => waiting.forEach((frame) => put(frame)),
    /** A refusal of one of these; one that may work later is tried again by itself. */
    refused({ id, retry_ms }) {
      const frame = waiting.get(id);
      if (!frame) return false;
      if (retry_ms) setTimeout(() => waiting.has(id) && put(frame), retry_ms);
      else if (done(id)) changed();
      return true;
    },
    has: (seq) => [...waiting.values()].some((frame) => frame.seq === seq),
  };
}
