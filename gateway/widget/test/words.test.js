// Every language is complete, and sentences that count are right.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { loadWords, ordinal, pickLocale, queueWords, t } from "../src/core/words.js";

const folder = new URL("../locales/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder)));
const files = readdirSync(folder);

test("every locale has every word and every place holder", () => {
  const english = read("en.json");
  const holes = (text) => (JSON.stringify(text).match(/\{\w+\}/g) || []).filter((hole, i, all) => all.indexOf(hole) === i).sort();
  for (const file of files) {
    const words = read(file);
    assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), file);
    for (const key of Object.keys(english)) assert.deepEqual(holes(words[key]), holes(english[key]), `${file} ${key}`);
  }
});

test("the locale that fits best", () => {
  assert.equal(pickLocale([undefined, "zh-CN", "en"]), "zh");
  assert.equal(pickLocale(["fr-FR", "en-GB"]), "en");
  assert.equal(pickLocale(["xx"]), "en");
});

test("places in line", async (context) => {
  context.mock.method(globalThis, "fetch", async (address) => ({ json: async () => read(address.split("/").at(-1)) }));
  await loadWords("http://x/", "en");
  assert.deepEqual([1, 2, 3, 4, 11, 22, 103].map(ordinal), ["1st", "2nd", "3rd", "4th", "11th", "22nd", "103rd"]);
  assert.equal(queueWords({ place: 3, low_min: 4, high_min: 6 }), "You are 3rd in line, about 4–6 minutes.");
  assert.equal(queueWords({ place: 1, low_min: 0, high_min: 0 }), "You are 1st in line, about 1 minute.");
  assert.equal(queueWords({ place: 2, low_min: null, high_min: null }), "You are 2nd in line.");
  assert.equal(queueWords(null), "Waiting for a person.");
  assert.equal(t("launch_unread", { n: 2 }), "Open chat, 2 unread messages");
  await loadWords("http://x/", "zh");
  assert.equal(queueWords({ place: 3, low_min: 4, high_min: 6 }), "您排在第 3 位，大约需要 4–6 分钟。");
});
