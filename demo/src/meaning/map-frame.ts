/** A point in the plane of the two principal axes, or in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How the plane of meanings is laid on a map of so many pixels. */
export interface MapFrame {
  toPixels(point: Point): Point;
}

/** Pixels that stay free along each edge, so that no mark and hardly a label is cut. */
const PADDING = 36;
/** Words further out than this many standard deviations may fall off the map, rather than shrink all others to a blot. */
const SHOWN_DEVIATIONS = 2.4;

/** The frame that shows all notes, and nearly all words. */
export function frameAround(notes: readonly Point[], words: Float32Array, size: Size): MapFrame {
  const x = scale(
    extent(
      notes.map((note) => note.x),
      words,
      0,
    ),
    size.width,
  );
  const y = scale(
    extent(
      notes.map((note) => note.y),
      words,
      1,
    ),
    size.height,
  );
  return { toPixels: (point) => ({ x: x(point.x), y: size.height - y(point.y) }) };
}

function extent(notes: readonly number[], words: Float32Array, offset: 0 | 1): { low: number; high: number } {
  let low = Math.min(...notes);
  let high = Math.max(...notes);
  const count = words.length / 2;
  if (count > 0) {
    let sum = 0;
    let squares = 0;
    for (let i = offset; i < words.length; i += 2) {
      sum += words[i]!;
      squares += words[i]! ** 2;
    }
    const mean = sum / count;
    const reach = SHOWN_DEVIATIONS * Math.sqrt(Math.max(0, squares / count - mean ** 2));
    low = Math.min(low, mean - reach);
    high = Math.max(high, mean + reach);
  }
  return { low, high };
}

function scale({ low, high }: { low: number; high: number }, pixels: number): (value: number) => number {
  const span = high - low;
  if (!(span > 0)) return () => pixels / 2;
  const usable = Math.max(1, pixels - 2 * PADDING);
  return (value) => PADDING + ((value - low) / span) * usable;
}
