// Order, gaps and doubles (docs/PROTOCOL.md), told as stories and then at random. Run: node --test gateway/widget/test
import assert from "node:assert/strict";
import test from "node:test";
import { addDraft, addHistory, confirm, conversation, countUnread, endDraft, take } from "../src/core/record.js";

const said = (seq, prev = seq - 1, more = {}) => ({ id: "m" + seq, seq, prev, author: { kind: "agent" }, body: "b" + seq, at: seq, ...more });
const seqs = (c) => c.list.map(({ seq }) => seq);

test("in order is kept, again is old, ahead is a gap", () => {
  const c = conversation("c", 0);
  assert.equal(take(c, said(1)), "kept");
  assert.equal(take(c, said(1)), "old");
  assert.equal(take(c, said(3)), "gap");
  assert.equal(take(c, said(2)), "kept");
  assert.equal(take(c, said(3)), "kept");
  assert.deepEqual(seqs(c), [1, 2, 3]);
});

test("a note between two messages is no gap", () => {
  const c = conversation("c", 0);
  take(c, said(1));
  assert.equal(take(c, said(3, 1)), "kept");
  assert.deepEqual(seqs(c), [1, 3]);
});

test("what was not fetched is not held, and counts once", () => {
  const c = conversation("c");
  assert.equal(take(c, said(5)), "unheld");
  assert.equal(take(c, said(5)), "old");
  addHistory(c, [said(4), said(5)], true);
  assert.deepEqual([c.last, c.more, take(c, said(6))], [5, true, "kept"]);
});

test("an own message becomes one by its acknowledgement or by its return, whichever comes first", () => {
  for (const first of ["ack", "message"]) {
    const c = conversation("c", 0);
    c.pending.push({ id: "m1", body: "b1", author: { kind: "visitor" } });
    const ack = () => confirm(c, { id: "m1", seq: 1, prev: 0, at: 1 });
    const message = () => take(c, said(1, 0, { author: { kind: "visitor" } }));
    for (const come of first === "ack" ? [ack, message, ack] : [message, ack, message]) come();
    assert.deepEqual([seqs(c), c.pending.length], [[1], 0], first);
  }
});

test("an acknowledgement behind a gap waits for the rest", () => {
  const c = conversation("c", 0);
  c.pending.push({ id: "mine", body: "x", author: { kind: "visitor" } });
  assert.equal(confirm(c, { id: "mine", seq: 2, prev: 1, at: 2 }), "gap");
  assert.equal(c.pending[0].state, "sent");
  take(c, said(1));
  take(c, said(2, 1, { id: "mine" }));
  assert.deepEqual([seqs(c), c.pending.length], [[1, 2], 0]);
});

test("a draft grows piece by piece and gives way to its message", () => {
  const c = conversation("c", 0);
  assert.equal(addDraft(c, { turn: "t", n: 0, text: "one " }), true);
  assert.equal(addDraft(c, { turn: "t", n: 1, text: "two" }), true);
  assert.equal(addDraft(c, { turn: "t", n: 1, text: "two" }), false);
  assert.equal(c.draft.text, "one two");
  take(c, said(1, 0, { turn: "t" }));
  assert.equal(c.draft, null);
  assert.equal(addDraft(c, { turn: "t", n: 0, text: "late" }), false);
});

test("a draft with a hole is dropped, one that is given up ends", () => {
  const c = conversation("c", 0);
  addDraft(c, { turn: "t", n: 0, text: "a" });
  addDraft(c, { turn: "t", n: 2, text: "c" });
  assert.equal(c.draft, null);
  addDraft(c, { turn: "u", n: 0, text: "a" });
  endDraft(c, "t");
  assert.equal(c.draft.turn, "u");
  endDraft(c, "u");
  assert.equal(c.draft, null);
});

test("own words and the system's are never unread", () => {
  const c = conversation("c", 0);
  ["visitor", "system", "bot", "agent"].forEach((kind, i) => take(c, said(i + 1, i, { author: { kind } })));
  assert.equal(countUnread(c), 2);
  c.read = 3;
  assert.equal(countUnread(c), 1);
});

/** A small generator, so that a failure can be told again by its seed. */
function dice(seed) {
  return () => (seed = (seed * 1664525 + 1013904223) % 4294967296) / 4294967296;
}

test("lost, doubled and shuffled frames end in the record's order", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const roll = dice(seed);
    const record = [];
    let seq = 0;
    for (let i = 0; i < 40; i++) {
      const prev = seq;
      seq += roll() < 0.2 ? 2 : 1;
      record.push(said(seq, prev));
    }
    const c = conversation("c", 0);
    const air = record.flatMap((message) => (roll() < 0.2 ? [] : roll() < 0.2 ? [message, message] : [message]));
    air.sort(() => (roll() < 0.1 ? 1 : 0));
    air.push(record.at(-1));
    for (const message of air) {
      if (take(c, message) === "gap") for (const rest of record.filter((one) => one.seq > c.last)) take(c, rest);
    }
    assert.deepEqual(seqs(c), seqs({ list: record }), "seed " + seed);
  }
});

const edited = (seq, of, body, more = {}) =>
  said(seq, seq - 1, { author: { kind: "system" }, event: { name: body ? "edited" : "recalled", seq: of }, body, ...more });

test("a change has its place in the order and stands nowhere itself", () => {
  const c = conversation("c", 0);
  take(c, said(1));
  take(c, said(2, 1, { buttons: [{ label: "b" }], html: "<p>b2</p>" }));
  assert.equal(take(c, edited(3, 1, "new")), "changed");
  assert.equal(take(c, edited(3, 1, "new")), "old");
  assert.equal(take(c, edited(4, 2, "")), "changed");
  assert.deepEqual([seqs(c), c.last, c.list[0].body, c.list[0].edited_at], [[1, 2], 4, "new", 3]);
  assert.deepEqual([c.list[1].body, c.list[1].html, c.list[1].buttons, c.list[1].recalled_at], ["", "", [], 4]);
  assert.equal(take(c, said(5)), "kept");
  assert.equal(countUnread(c), 2);
});

test("a change that was overtaken, or that history knew already, changes nothing", () => {
  const c = conversation("c");
  addHistory(c, [said(1, 0, { body: "last", changed: 5, edited_at: 5 }), edited(2, 1, "", { changed: 5 })], false);
  assert.deepEqual([seqs(c), c.first, c.last], [[1], 1, 2]);
  take(c, edited(3, 1, "older"));
  assert.equal(c.list[0].body, "last");
  take(c, edited(4, 1, "", { changed: 5 }));
  take(c, edited(5, 1, "last"));
  assert.equal(c.list[0].body, "last");
  take(c, edited(6, 1, "newest"));
  assert.equal(c.list[0].body, "newest");
});
