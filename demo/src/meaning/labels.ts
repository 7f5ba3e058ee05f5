import type { Point, Size } from "./map-frame.ts";

/** A text that should stand beside a mark, in pixels. */
export interface Label {
  readonly text: string;
  readonly mark: Point;
  /** From the mark's centre to the text. */
  readonly offset: number;
}

export interface PlacedLabel {
  readonly side: "right" | "left";
  /** Its left end. */
  readonly x: number;
  /** Its middle line. */
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels between two labels, at least. */
const GAP = 3;
/** Half the height of a line of 11 px text. */
const HALF_LINE = 7;

/** Finds room for labels, one after the other: to the right of their marks or to the left, inside the map and over nothing else. */
export class LabelPlacer {
  readonly #size: Size;
  readonly #widthOf: (text: string) => number;
  readonly #taken: Box[] = [];

  constructor(size: Size, widthOf: (text: string) => number) {
    this.#size = size;
    this.#widthOf = widthOf;
  }

  /** Keeps labels off a mark of this radius. */
  avoid({ x, y }: Point, radius: number): void {
    this.#taken.push({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }

  /** Takes the room for a label; `undefined` where there is none. */
  place({ text, mark, offset }: Label): PlacedLabel | undefined {
    const width = this.#widthOf(text);
    const candidates: PlacedLabel[] = [
      { side: "right", x: mark.x + offset, y: mark.y },
      { side: "left", x: mark.x - offset - width, y: mark.y },
    ];
    for (const candidate of candidates) {
      const { x, y } = candidate;
      const box = { left: x, right: x + width, top: y - HALF_LINE, bottom: y + HALF_LINE };
      if (!this.#isFree(box)) continue;
      this.#taken.push(box);
      return candidate;
    }
    return undefined;
  }

  #isFree(box: Box): boolean {
    const { width, height } = this.#size;
    if (box.left < 0 || box.right > width || box.top < 0 || box.bottom > height) return false;
    return !this.#taken.some((other) => overlap(box, other));
  }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom && b.top < a.bottom;
}
