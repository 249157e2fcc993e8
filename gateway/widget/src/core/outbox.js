// Own messages on their way: kept until acknowledged, sent again after every loss, always under the same id.
import { conversation } from "./record.js";
import { newId } from "./ids.js";

const ACK_MS = 12000; // without an acknowledgement for so long, a message is shown as not sent

/** The outbox over the `held` conversations; `put(frame)` sends, `changed(id)` asks for a drawing. */
export function createOutbox(held, keep, put, changed) {
  const find = (id) => [...held.values()].flatMap((c) => c.pending).find((message) => message.id === id);

  function send(message) {
    const { id, conversation, body, wish, button } = message;
    message.state = "sending";
    put({ t: "send", id, conversation, body, wish, button });
    const sentAt = (message.sentAt = Date.now());
    setTimeout(() => {
      if (message.state !== "sending" || message.sentAt !== sentAt || !find(id)) return;
      message.state = "failed";
      changed(conversation);
    }, ACK_MS);
  }

  return {
    /** A new message of the visitor. */
    add(c, body, extra) {
      const { id } = c;
      const message = { id: newId(), conversation: id, body, at: Date.now(), author: { kind: "visitor" }, ...extra };
      keep.addOut(message);
      c.pending.push(message);
      Object.assign(c, { at: message.at, preview: body });
      send(message);
    },
    /** Takes up what other tabs and former pages left unsent. */
    restore() {
      for (const message of keep.outbox()) {
        const id = message.conversation;
        const c = held.get(id) || held.set(id, conversation(id)).get(id);
        if (!find(message.id)) c.pending.push({ ...message, state: "sending" });
        c.at ||= message.at;
      }
    },
    /** Sends everything unsent, in the order it was written. */
    flush() {
      for (const c of held.values()) for (const message of c.pending) if (message.state !== "sent") send(message);
    },
    retry(message) {
      keep.addOut({ ...message, state: undefined, reason: undefined });
      send(message);
    },
    /** A refusal: the message stays where it is; one that may work later is tried again by itself. */
    refused({ id, code, message: reason, retry_ms }) {
      const message = find(id);
      if (!message) return false;
      if (retry_ms) setTimeout(() => find(id) && send(message), retry_ms);
      else {
        Object.assign(message, { state: "failed", reason });
        keep.dropOut(id);
      }
      return true;
    },
  };
}
