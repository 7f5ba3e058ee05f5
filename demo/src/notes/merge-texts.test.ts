import { expect, test } from "vitest";
import { mergeTexts } from "./merge-texts.ts";

test("different texts are both kept, in order", () => {
  expect(mergeTexts(["Lunch on Monday", "Lunch on Thursday"])).toBe("Lunch on Monday\nLunch on Thursday");
});

test("lines that versions share appear once", () => {
  expect(mergeTexts(["milk\nbread ", "milk\neggs", "bread\nmilk"])).toBe("milk\nbread\neggs");
});

test("a merge of a merge changes nothing", () => {
  const merged = mergeTexts(["a\nb", "c"]);
  expect(mergeTexts([merged, "c", "a"])).toBe(merged);
});
