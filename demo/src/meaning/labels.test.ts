import { expect, test } from "vitest";
import { type Label, LabelPlacer } from "./labels.ts";

const placer = (): LabelPlacer => new LabelPlacer({ width: 200, height: 100 }, (text) => 6 * text.length);
const label = (text: string, x: number, y: number): Label => ({ text, mark: { x, y }, offset: 5 });

test("a label stands to the right of its mark, or to the left where the map ends", () => {
  expect(placer().place(label("word", 50, 50))).toEqual({ side: "right", x: 55, y: 50 });
  expect(placer().place(label("word", 190, 50))).toEqual({ side: "left", x: 161, y: 50 });
});

test("a label that would cover another goes to the other side, or is not shown", () => {
  const labels = placer();
  labels.place(label("first", 100, 50));
  expect(labels.place(label("second", 100, 52))?.side).toBe("left");
  expect(labels.place(label("third", 100, 54))).toBeUndefined();
  expect(labels.place(label("lower", 100, 80))?.side).toBe("right");
});

test("a label covers no mark", () => {
  const labels = placer();
  labels.avoid({ x: 70, y: 50 }, 7);
  expect(labels.place(label("word", 50, 50))?.side).toBe("left");
});

test("a label that fits on neither side, or would be cut above, is not shown", () => {
  expect(placer().place(label("longer than half of the map is wide", 100, 50))).toBeUndefined();
  expect(placer().place(label("high", 50, 2))).toBeUndefined();
});
