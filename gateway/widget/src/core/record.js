// One conversation as this client holds it: what is in order, what is ours and not confirmed, what is still streaming.
// Pure: no network, no page, no clock. The rules are those of "Order, gaps, doubles" in docs/PROTOCOL.md.

/** A conversation. `last` is null until its messages were fetched; 0 in one that begins here. */
export function conversation(id, last = null) {
  return {
    id,
    last,
    first: null, // the lowest seq that was fetched
    heard: 0, // the highest seq any frame named
    list: [], // messages with a seq, ascending, no gap
    pending: [], // own messages without a seq, in the order they were written
    draft: null, // {turn, n, text, author}
    typing: null, // {author, until}
    more: false, // older messages exist on the server
    unread: 0,
    read: 0, // what this visitor has read
    at: 0,
    preview: "",
    status: { speaker: "bot" },
  };
}

/** Whether a message only says what became of another one. */
export const isChange = (message) => Boolean(message.event?.seq);

/** Takes a message frame: "kept", "changed" (another one), "old" (already here), "gap" (ask for the rest) or "unheld" (not fetched yet). */
export function take(c, message) {
  const news = message.seq > c.heard;
  c.heard = Math.max(c.heard, message.seq);
  if (c.last === null) return news ? "unheld" : "old";
  if (message.seq <= c.last) {
    forgetPending(c, message.id);
    return "old";
  }
  if (message.prev > c.last) return "gap";
  forgetPending(c, message.id);
  if (c.draft && message.turn === c.draft.turn) c.draft = null;
  c.last = message.seq;
  if (isChange(message)) {
    change(c, message);
    return "changed";
  }
  c.list.push(message);
  return "kept";
}

/** An own or another message says something else from now on, or nothing. Messages that were fetched later know it already. */
function change(c, { seq, at, body, html, event, changed }) {
  const message = c.list.find((one) => one.seq === event.seq);
  // One that was overtaken by another change says nothing any more.
  if (!message || changed || (message.changed || 0) >= seq) return;
  Object.assign(message, { changed: seq, body, html });
  if (event.name === "recalled") Object.assign(message, { recalled_at: at, html: "", citations: [], buttons: [], code: null });
  else message.edited_at = at;
}

/** Takes the acknowledgement of an own message; as `take`, and "old" when it is not ours to confirm. */
export function confirm(c, ack) {
  const own = c.pending.find((message) => message.id === ack.id);
  if (!own) return "old";
  const { seq, prev, at } = ack;
  const taken = take(c, { ...own, seq, prev, at, state: null });
  // Behind a gap: it is on the server's disk and comes again in its place.
  if (taken !== "kept") own.state = "sent";
  return taken;
}

/** Takes a page of history; the first one makes the conversation held. */
export function addHistory(c, messages, more) {
  const first = c.list.length ? c.list[0].seq : Infinity;
  const fresh = messages.filter((message) => message.seq < first && !isChange(message));
  c.list = [...fresh, ...c.list];
  c.more = more;
  if (messages.length) c.first = Math.min(c.first ?? Infinity, messages[0].seq);
  if (c.last === null) c.last = messages.length ? messages.at(-1).seq : 0;
  for (const message of messages) forgetPending(c, message.id);
}

/** Takes a piece of a draft; false when it does not follow and nothing changed on the screen. */
export function addDraft(c, { turn, n, text, author }) {
  if (n === 0) {
    // Already streaming, or the finished message came first.
    if (c.draft?.turn === turn || c.list.some((message) => message.turn === turn)) return false;
    c.draft = { turn, n, text, author };
    return true;
  }
  if (!c.draft || c.draft.turn !== turn || n <= c.draft.n) return false;
  if (n !== c.draft.n + 1) c.draft = null;
  else Object.assign(c.draft, { n, text: c.draft.text + text });
  return true;
}

/** Ends a draft that was given up. */
export function endDraft(c, turn) {
  if (c.draft && c.draft.turn === turn) c.draft = null;
}

function forgetPending(c, id) {
  c.pending = c.pending.filter((message) => message.id !== id);
}

/** The unread messages among those held: somebody's words, after what was read. */
export function countUnread(c) {
  return c.list.filter(({ seq, author, recalled_at }) => seq > c.read && !recalled_at && /bot|agent/.test(author.kind)).length;
}
