import { expect, test } from "vitest";
import { median } from "./median.js";

test("the median is the middle value, or the mean of the two in the middle", () => {
  expect(median([3, 100, 1])).toBe(3);
  expect(median([4, 1, 100, 2])).toBe(3);
});

test("nothing has no median", () => {
  expect(() => median([])).toThrow("no median");
});
