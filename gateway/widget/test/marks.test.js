// Marks are told at once, and then at most once a second. Run: node --test gateway/widget/test
import assert from "node:assert/strict";
import test from "node:test";
import { createMarks } from "../src/core/marks.js";

test("a burst is told by its first and its last", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const mark = createMarks(({ t, conversation, seq }) => sent.push(t + conversation + seq));
  for (let seq = 1; seq <= 100; seq++) mark("got", "a", seq);
  mark("read", "a", 7);
  mark("got", "b", 3);
  assert.deepEqual(sent, ["gota1", "reada7", "gotb3"]);
  mock.timers.tick(1000);
  assert.deepEqual(sent.splice(0), ["gota1", "reada7", "gotb3", "gota100"]);
  mark("got", "a", 101);
  mark("got", "b", 4);
  mock.timers.tick(999);
  assert.deepEqual(sent.splice(0), ["gotb4"]);
  mock.timers.tick(1);
  assert.deepEqual(sent.splice(0), ["gota101"]);
  mock.timers.tick(60_000);
  assert.deepEqual(sent, []);
});
