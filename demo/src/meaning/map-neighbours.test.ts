import { expect, test } from "vitest";
import { nearestInDirection } from "./map-neighbours.ts";

const HERE = { x: 100, y: 100 };
const POINTS = [
  { x: 140, y: 100 },
  { x: 120, y: 160 },
  { x: 100, y: 20 },
  { x: 20, y: 90 },
];

test.each([
  ["ArrowRight", 0],
  ["ArrowDown", 1],
  ["ArrowUp", 2],
  ["ArrowLeft", 3],
  ["Enter", undefined],
])("%s goes to the nearest point that way", (key, index) => {
  expect(nearestInDirection(HERE, POINTS, key)).toBe(index);
});

test("there is nowhere to go past the last point", () => {
  expect(nearestInDirection({ x: 500, y: 100 }, POINTS, "ArrowRight")).toBeUndefined();
});
