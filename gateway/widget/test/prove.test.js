import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { prove } from "../src/prove/prove.js";
import { blockOf, hashHead } from "../src/prove/sha256.js";

const CHALLENGE = "c1.1760000120000.15.AAAAAAAAAAAAAAAAAAAAAA";
const head = (text) => createHash("sha256").update(text).digest().readInt32BE();

test("the hash is that of everybody", () => {
  for (let length = 0; length <= 55; length++) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 31 + length) % 90))).join("");
    assert.equal(hashHead(blockOf(text)), head(text), text);
  }
});

test("a proof begins with the zero bits that were asked for", async () => {
  for (const bits of [0, 1, 9, 15]) {
    const proof = await prove(CHALLENGE, bits);
    assert.match(proof, /^c1\.1760000120000\.15\.A{22}\.\d{1,10}$/);
    assert.ok(Math.clz32(head(proof)) >= bits, proof);
  }
});
