// Which way a line takes, and how it asks again and again. Run: node --test gateway/widget/test
import assert from "node:assert/strict";
import test from "node:test";
import { wayFor } from "../src/core/line.js";
import { openPolls } from "../src/stream/poll.js";

const ALL = ["socket", "stream", "poll"];

test("the socket, then the stream, then polls, and round again", () => {
  const ways = (works, list = ALL) => [0, 1, 2, 3, 4, 5, 6].map((refusals) => wayFor(refusals, works, list));
  assert.deepEqual(ways("socket"), ["socket", "socket", "stream", "poll", "socket", "stream", "poll"]);
  assert.equal(ways("poll")[0], "poll", "what came through is tried first");
  assert.deepEqual(ways("poll", ["socket", "poll"]).slice(0, 4), ["poll", "socket", "poll", "socket"]);
});

test("each question says how far the answers before it went", async () => {
  const asked = [];
  const answers = [
    { frames: [{ t: "welcome", token: "key" }], since: 5, mark: "" },
    { frames: [{ t: "message", conversation: "c", seq: 7 }], since: 6, mark: "m" },
  ];
  let end;
  const done = new Promise((resolve) => (end = resolve));
  globalThis.fetch = async (address, { body, signal }) => {
    const question = JSON.parse(body);
    asked.push([address, question]);
    if (address.endsWith("send")) return { ok: true, json: async () => ({ frames: [{ t: "ack", conversation: "c", seq: 8 }] }) };
    const answer = answers.shift();
    if (answer) return { ok: true, json: async () => answer };
    end();
    return new Promise((_, refuse) => signal.addEventListener("abort", () => refuse(new Error("aborted"))));
  };
  const heard = [];
  let gone = 0;
  const polls = openPolls("/", { t: "hello", cursors: { c: 3 } }, (frame) => frame && heard.push(frame.t), () => (gone += 1));
  polls.send([{ t: "ping" }]);
  await done;
  await new Promise((resolve) => setTimeout(resolve, 5));
  polls.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const questions = asked.filter(([address]) => address.endsWith("poll")).map(([, question]) => question);
  assert.deepEqual(questions[0], { t: "hello", cursors: { c: 3 } });
  assert.deepEqual([questions[1].token, questions[1].poll], ["key", { since: 5, mark: "" }]);
  assert.deepEqual([questions[2].cursors.c >= 7, questions[2].poll], [true, { since: 6, mark: "m" }]);
  const sent = asked.find(([address]) => address.endsWith("send"))[1];
  assert.deepEqual([sent.hello.token, sent.frames], ["key", [{ t: "ping" }]]);
  assert.deepEqual([heard.sort(), gone], [["ack", "message", "welcome"], 0], "closing is no loss");
});
