import { describe, expect, test } from "vitest";
import { frameAround } from "./map-frame.ts";

const SIZE = { width: 400, height: 300 };
const NO_WORDS = new Float32Array(0);

describe("the map's frame", () => {
  test("shows every note inside the map, y upwards", () => {
    const notes = [
      { x: -1, y: -1 },
      { x: 3, y: 1 },
    ];
    const frame = frameAround(notes, NO_WORDS, SIZE);
    const [low, high] = notes.map((note) => frame.toPixels(note));
    expect(low!.x).toBeLessThan(high!.x);
    expect(low!.y).toBeGreaterThan(high!.y);
    for (const { x, y } of [low!, high!]) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(SIZE.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(SIZE.height);
    }
  });

  test("puts a single note, or several at one place, in the middle", () => {
    expect(frameAround([{ x: 7, y: 7 }], NO_WORDS, SIZE).toPixels({ x: 7, y: 7 })).toEqual({ x: 200, y: 150 });
  });

  test("widens for words, but one far away does not shrink the rest", () => {
    const words = new Float32Array(2000);
    for (let i = 0; i < 2000; i += 2) words[i] = i % 4 === 0 ? 1 : -1;
    words[0] = 50;
    const frame = frameAround([{ x: 0, y: 0 }], words, SIZE);
    const width = frame.toPixels({ x: 1, y: 0 }).x - frame.toPixels({ x: -1, y: 0 }).x;
    expect(width).toBeGreaterThan(60);
  });

  test("stays finite without anything to show", () => {
    const { x, y } = frameAround([], NO_WORDS, SIZE).toPixels({ x: 0, y: 0 });
    expect([x, y].every(Number.isFinite)).toBe(true);
  });
});
