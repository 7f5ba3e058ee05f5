import { expect, test } from "vitest";
import { placeLabels } from "./labels.ts";

const SIZE = { width: 200, height: 100 };
const widthOf = (text: string): number => 6 * text.length;
const label = (text: string, x: number, y: number) => ({ text, at: { x, y } });

test("an overlapping label gives way to the one before it", () => {
  const placed = placeLabels(
    [label("first", 10, 50), label("second", 20, 52), label("third", 20, 80)],
    SIZE,
    10,
    widthOf,
  );
  expect(placed.map(({ text }) => text)).toEqual(["first", "third"]);
});

test("a label that would leave the map is not shown", () => {
  expect(placeLabels([label("long enough to be cut", 150, 50), label("high", 10, 2)], SIZE, 10, widthOf)).toEqual([]);
});

test("no more are placed than asked for", () => {
  expect(placeLabels([label("a", 10, 20), label("b", 10, 50), label("c", 10, 80)], SIZE, 2, widthOf)).toHaveLength(2);
});
