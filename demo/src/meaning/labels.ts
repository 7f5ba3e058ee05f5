import type { Point, Size } from "./map-frame.ts";

export interface Label {
  readonly text: string;
  /** The left end of its middle line, in pixels. */
  readonly at: Point;
}

/** Pixels between two labels, at least. */
const GAP = 3;
/** Half the height of a line of 11 px text. */
const HALF_LINE = 7;

/** The labels that can be shown without overlap and inside the map: the first come first, at most `limit`. */
export function placeLabels(
  wanted: Iterable<Label>,
  size: Size,
  limit: number,
  widthOf: (text: string) => number,
): Label[] {
  const taken: Box[] = [];
  const placed: Label[] = [];
  for (const label of wanted) {
    if (placed.length >= limit) break;
    const box = { left: label.at.x, right: label.at.x + widthOf(label.text), y: label.at.y };
    if (box.left < 0 || box.right > size.width || box.y < HALF_LINE || box.y > size.height - HALF_LINE) continue;
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    placed.push(label);
  }
  return placed;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right + GAP && b.left < a.right + GAP && Math.abs(a.y - b.y) < 2 * HALF_LINE;
}
