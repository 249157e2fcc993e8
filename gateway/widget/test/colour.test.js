// Whatever colour an inbox has, text upon it and text in it can be read.
import assert from "node:assert/strict";
import test from "node:test";
import { accent, contrast } from "../src/core/colour.js";
import { newId } from "../src/core/ids.js";

const parts = (css) => css.match(/\d+/g).map(Number);

test("contrast holds for every colour of a wide set, in both themes", () => {
  const steps = ["00", "33", "66", "99", "cc", "ff"];
  for (const r of steps)
    for (const g of steps)
      for (const b of steps) {
        for (const [theme, surface] of [["light", [255, 255, 255]], ["dark", [28, 26, 24]]]) {
          const { fill, on, ink } = accent("#" + r + g + b, theme);
          assert.ok(contrast(parts(fill), parts(on)) >= 4.5, `#${r}${g}${b} fill ${fill} on ${on}`);
          assert.ok(contrast(parts(ink), surface) >= 4.5, `#${r}${g}${b} ink ${ink} in ${theme}`);
        }
      }
});

test("short colours are read, others are refused", () => {
  assert.deepEqual(accent("#0a5", "light"), accent("#00aa55", "light"));
  for (const odd of ["", null, undefined, "red", "#12", "#gggggg", "url(x)", "#fff;}"]) assert.equal(accent(odd, "light"), null);
});

test("ids are UUIDv7 and sort by time", async () => {
  const first = newId();
  await new Promise((resolve) => setTimeout(resolve, 3));
  assert.match(first, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.ok(first < newId());
});
