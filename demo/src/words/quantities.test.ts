import { expect, test } from "vitest";
import { ago, bytes, counted, duration } from "./quantities.ts";

const NOW = Date.UTC(2026, 4, 20, 12);

test.each([
  [0, "now"],
  [59_000, "now"],
  [-5_000, "now"],
  [4 * 60_000, "4 min"],
  [2 * 3_600_000 + 60_000, "2 h"],
  [3 * 86_400_000, "3 d"],
  [60 * 86_400_000, "2026-03-21"],
])("%d ms ago reads %j", (age, words) => {
  expect(ago(NOW - age, NOW)).toBe(words);
});

test.each([
  [0, "0 ms"],
  [139.6, "140 ms"],
  [2_400, "2.4 s"],
  [180_000, "3 min"],
])("a lag of %d ms reads %j", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  [812, "812 B"],
  [3_400, "3.4 kB"],
  [1_230_000, "1.2 MB"],
])("%d bytes read %j", (size, words) => {
  expect(bytes(size)).toBe(words);
});

test("counts agree in number and separate thousands", () => {
  expect([counted(1, "note"), counted(0, "note"), counted(5000, "entry", "entries")]).toEqual([
    "1 note",
    "0 notes",
    "5,000 entries",
  ]);
});
