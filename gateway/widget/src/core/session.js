// The visitor's side of the wire: frames in, frames out, and what the views may know. No elements here.
import { newId } from "./ids.js";
import { createChanges } from "./changes.js";
import { createLine } from "./line.js";
import { createMarks } from "./marks.js";
import { createNewcomer } from "./newcomer.js";
import { createOutbox } from "./outbox.js";
import { addDraft, addHistory, confirm, conversation, countUnread, endDraft, isChange, take } from "./record.js";

const TYPING_MS = 6000; // a typing mark ends by itself
const TYPING_EVERY_MS = 3000;
const RESUME_MS = 5000; // ask again if the missing ones did not come
const PAGE = 40; // messages of a history request

/**
 * The session. `shell` is what is known without a visitor ({inbox, bot, desk}); `tell(name, detail)` hears
 * "changed", "welcome", "arrived" ({conversation, message}) and "trouble" (text).
 */
export function createSession({ base, inbox, locale, identity }, keep, shell, tell) {
  const held = new Map(); // conversations by id
  const me = { visitor: null, ...shell };
  const device = keep.tab().device || newId();
  const resuming = new Map(); // conversation id → the seq it was asked after
  const asked = new Set(); // pages of history that are on their way
  const typed = new Map(); // conversation id → when typing was last told
  let token = null;
  let pageTold = "";
  let label = null; // name and e-mail the page told us
  keep.setTab({ device });

  const changed = () => tell("changed");
  const line = createLine(
    base,
    hello,
    (frame) => handlers["on_" + frame.t]?.(frame, get(frame.conversation)),
    (up) => {
      // A draft does not outlive its connection.
      if (!up) for (const c of held.values()) c.draft = c.typing = null;
      changed();
    },
  );
  const changes = createChanges((frame) => line.send(frame), changed);
  const mark = createMarks((frame) => line.send(frame));
  const outbox = createOutbox(
    held,
    keep,
    (frame) => {
      tellPage();
      line.send({ ...frame, proof: newcomer.proof() });
    },
    changed,
  );
  const newcomer = createNewcomer(
    base,
    () => {
      outbox.flush();
      tellLabel();
    },
    changed,
  );

  function hello() {
    token = keep.token();
    pageTold = location.href;
    resuming.clear();
    asked.clear();
    const cursors = {};
    for (const c of held.values()) if (c.last) cursors[c.id] = c.last;
    return { t: "hello", v: 1, inbox, token: token || undefined, identity, device, locale, page: page(), cursors };
  }

  const page = () => ({ url: location.href.slice(0, 2000), title: document.title.slice(0, 300) });

  function tellPage() {
    if (location.href === pageTold) return;
    pageTold = location.href;
    line.send({ t: "page", ...page() });
  }

  function tellLabel() {
    if (label) line.send({ t: "contact", ...label, proof: newcomer.proof() });
  }

  function get(id) {
    if (!id) return null;
    return held.get(id) || held.set(id, conversation(id)).get(id);
  }

  /** A conversation the server has not heard of begins here. */
  function begin(c) {
    if (me.visitor && !c.heard) c.last ??= 0;
    return c;
  }

  const handlers = {
    on_welcome(frame) {
      if (me.visitor && me.visitor.id !== frame.visitor.id) held.clear();
      me.ahead = frame.now - Date.now();
      if (frame.token !== token) keep.setToken((token = frame.token));
      for (const name of ["visitor", "inbox", "bot", "desk"]) me[name] = frame[name];
      for (const { id, last_seq, read_seq, unread, preview, at, status } of frame.conversations) {
        const c = get(id);
        // A mark may have been told into a line that was lost.
        if (c.read > read_seq) mark("read", id, c.read);
        Object.assign(c, { unread, preview, at, status, read: Math.max(c.read, read_seq), heard: Math.max(c.heard, last_seq) });
      }
      outbox.restore();
      for (const c of held.values()) askCode(begin(c));
      outbox.flush();
      changes.flush();
      tellLabel();
      tell("welcome");
    },
    on_message(frame, c) {
      const result = take(c, frame);
      if (result === "gap") resume(c);
      if (result === "old" || result === "gap") return;
      if (isChange(frame)) return altered(frame, c, result);
      const own = frame.author.kind === "visitor";
      Object.assign(c, { at: frame.at, preview: frame.body });
      if (!own) c.typing = null;
      if (result === "kept") {
        keep.dropOut(frame.id);
        c.unread = countUnread(c);
        mark("got", c.id, c.last);
        askCode(c);
      } else if (!own && frame.author.kind !== "system") c.unread += 1;
      if (!own) tell("arrived", { conversation: c.id, message: frame });
      changed();
    },
    on_ack(frame, c) {
      newcomer.taken();
      keep.dropOut(frame.id);
      changes.done(frame.id);
      if (confirm(c, frame) === "gap") resume(c);
      changed();
    },
    on_history({ messages, more }, c) {
      addHistory(c, messages, more);
      for (const { id } of messages) keep.dropOut(id);
      if (c.heard > c.last) resume(c);
      askCode(c);
      changed();
    },
    on_code(frame, c) {
      c.code = { ...frame, resend_at: Date.now() + frame.resend_ms };
      changed();
    },
    on_draft(frame, c) {
      if (c.last === null || !addDraft(c, frame)) return;
      c.typing = null;
      changed();
    },
    on_draft_end({ turn }, c) {
      endDraft(c, turn);
      changed();
    },
    on_typing({ author, on }, c) {
      if (author.kind === "visitor") return;
      const mine = (c.typing = on ? { author } : null);
      if (on)
        setTimeout(() => {
          if (c.typing === mine) c.typing = null;
          changed();
        }, TYPING_MS);
      changed();
    },
    on_read({ by, seq }, c) {
      if (by === "staff") c.status.seen = Math.max(c.status.seen || 0, seq);
      else markRead(c, seq);
      changed();
    },
    on_status(frame, c) {
      c.status = { seen: c.status.seen, ...frame };
      if (c.code) askCode(c);
      handlers.on_desk(frame);
    },
    on_desk({ online }) {
      me.desk = { online };
      changed();
    },
    on_rated({ seq, score }, c) {
      for (const message of c.list) if (message.seq === seq) message.rating = score;
      changed();
    },
    on_visitor(frame) {
      Object.assign(me.visitor, frame.visitor || frame);
      changed();
    },
    on_error(frame) {
      if (newcomer.asked(frame)) return;
      if (changes.refused(frame)) {
        if (!frame.retry_ms) tell("trouble", frame.message);
      } else if (!outbox.refused(frame)) {
        if (frame.code === "not_found") held.delete(frame.conversation);
        if (frame.code !== "slow_down") tell("trouble", frame.message);
      }
      changed();
    },
  };

  /** Asks for what is missing, once for each place; again after a while if nothing came. */
  function resume(c) {
    const { id, last } = c;
    if (resuming.get(id) === last) return;
    resuming.set(id, last);
    line.send({ t: "resume", conversation: id, after: last });
    setTimeout(() => {
      if (resuming.get(id) !== last || c.last !== last || c.heard <= last) return;
      resuming.delete(id);
      if (line.isUp()) resume(c);
    }, RESUME_MS);
  }

  /** Asks how it stands with the code the conversation waits for: only the server knows. */
  function askCode(c) {
    const call = c.list.findLast((message) => message.code)?.code;
    const over = c.code && c.code.call === call && /done|void|over/.test(c.code.state);
    if (call && !over) line.send({ t: "code", conversation: c.id, call });
  }

  /** What became of a message is no news of its own; who cannot see it is told. */
  function altered(frame, c, result) {
    if (result === "changed") mark("got", c.id, c.last);
    c.unread = c.last === null ? c.unread : countUnread(c);
    if (c.list.at(-1)?.seq === frame.event.seq) c.preview = frame.body;
    if (!changes.done(frame.id)) tell("altered", frame.event.name);
    changed();
  }

  function markRead(c, seq) {
    c.read = Math.max(c.read, seq);
    c.unread = c.last === null ? 0 : countUnread(c);
  }

  // Another tab was first to get a key: become that visitor, as long as nothing was said here.
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== keep.tokenKey || !newValue || newValue === token || held.size || !line.isUp()) return;
    line.stop();
    line.start();
  });

  outbox.restore();

  return {
    me,
    line,
    held,
    newcomer,
    tellPage,
    retry(message) {
      line.wake();
      outbox.retry(message);
      changed();
    },
    send(id, body, extra) {
      line.start();
      outbox.add(begin(get(id)), body, extra);
      typed.delete(id);
      changed();
    },
    /** Asks for the newest messages of a conversation that was not fetched yet, or for those before the first. */
    fetch({ id, first }) {
      const key = id + first;
      if (asked.has(key) || !line.isUp()) return;
      asked.add(key);
      line.send({ t: "history", conversation: id, before: first ?? undefined, limit: PAGE });
    },
    read(c) {
      if (c.read >= c.last || !line.isUp()) return;
      mark("read", c.id, c.last);
      markRead(c, c.last);
      changed();
    },
    typing(id, on) {
      const now = Date.now();
      if (on ? now - (typed.get(id) || 0) < TYPING_EVERY_MS : !typed.has(id)) return;
      if (on) typed.set(id, now);
      else typed.delete(id);
      line.send({ t: "typing", conversation: id, on });
    },
    /** Whether an own message may be edited or taken back still. */
    canChange(message) {
      const age = Date.now() + (me.ahead || 0) - message.at;
      return message.seq > 0 && message.author.kind === "visitor" && !message.recalled_at && age < (me.inbox.change_ms || 0);
    },
    isChanging: (message) => changes.has(message.seq),
    /** Says something else; without a body it is taken back. */
    change(c, message, body) {
      changes.add(c.id, message.seq, body);
      changed();
    },
    rate(c, message, score) {
      message.rating = score;
      line.send({ t: "rate", conversation: c.id, seq: message.seq, score });
      changed();
    },
    /** Enters a code; without one, asks for a new one. */
    code: (c, code) => line.send({ t: "code", conversation: c.id, call: c.code.call, code, resend: !code }),
    csat: (c, score, comment) => line.send({ t: "csat", conversation: c.id, score, comment }),
    /** Name and e-mail are labels for the team, told as soon as there is a visitor to label. A signed `signed` is who it is; "" is nobody. */
    identify(name, email, signed) {
      if (signed !== undefined && signed !== identity) {
        identity = signed || undefined;
        // One that is just opening has said hello without it.
        if (line.isWanted()) {
          line.stop();
          line.start();
        }
      }
      if (!name && !email) return;
      label = { name: name || undefined, email: email || undefined };
      tellLabel();
    },
    unread: () => [...held.values()].reduce((sum, c) => sum + c.unread, 0),
    /** Conversations, newest first. */
    list: () => [...held.values()].sort((a, b) => b.at - a.at),
  };
}
