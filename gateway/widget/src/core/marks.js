// How far this tab has come, and how far its visitor has read. Marks move with every message and the last one says it all.
const EVERY_MS = 1000;

/** Answers `mark(t, conversation, seq)`: the first one goes out at once by `send(frame)`, those of the next second as one. */
export function createMarks(send) {
  const waiting = new Map(); // kind and conversation → the seq to tell, 0 for none

  return function mark(t, conversation, seq) {
    const key = t + conversation;
    if (waiting.has(key)) return waiting.set(key, seq);
    waiting.set(key, 0);
    send({ t, conversation, seq });
    setTimeout(() => {
      const next = waiting.get(key);
      waiting.delete(key);
      if (next) mark(t, conversation, next);
    }, EVERY_MS);
  };
}
