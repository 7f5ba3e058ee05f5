import { expect, test } from "vitest";
import { type Figure, jsonLine, table } from "./figures.js";

const FIGURE: Figure = {
  bench: "live",
  ours: 30,
  reference: 20,
  unit: "ms",
  better: "lower",
  against: "y-webrtc",
  notes: [],
};

test("a figure is one line of JSON with ours over the reference", () => {
  expect(JSON.parse(jsonLine(FIGURE, false))).toEqual({
    bench: "live",
    ours: 30,
    reference: 20,
    ratio: 1.5,
    unit: "ms",
    better: "lower",
  });
  expect(jsonLine(FIGURE, false)).not.toContain("\n");
});

test("a reference that did not finish has neither value nor ratio, and a note tells why", () => {
  const unfinished = { ...FIGURE, reference: null, notes: ["theirs not finished after 60 s"] };
  expect(JSON.parse(jsonLine(unfinished, false))).toMatchObject({
    reference: null,
    ratio: null,
    note: "theirs not finished after 60 s",
  });
  expect(table([unfinished])).toContain("not finished");
});

test("the line of a smoke run says that it is one", () => {
  expect(JSON.parse(jsonLine(FIGURE, true))).toMatchObject({ quick: true });
});

test("the table has the columns aligned and the notes below", () => {
  const lines = table([FIGURE, { ...FIGURE, bench: "catch-up", ours: 12_345.678, notes: ["said"] }]).split("\n");
  expect(lines[2]?.indexOf("30 ms")).toBe(lines[3]?.indexOf("12300 ms"));
  expect(lines.at(-1)).toBe("catch-up: said");
});
