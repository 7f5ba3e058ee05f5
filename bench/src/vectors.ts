/** Which vectors a measurement uses. Both tabs make them by themselves, so that they can be compared bit by bit. */
export type VectorSource =
  | { readonly kind: "gaussian"; readonly count: number; readonly dimensions: number; readonly seed: number }
  /** GloVe's most frequent words, at most 5,000. */
  | { readonly kind: "glove"; readonly count: number; readonly dimensions: 100 };

/** All ids have the same length, so that bytes do not depend on which entry it is. */
export function idOf(index: number): string {
  return `entry-${String(index).padStart(6, "0")}`;
}

export async function vectorsOf(source: VectorSource): Promise<Float32Array<ArrayBuffer>[]> {
  return source.kind === "glove" ? gloveVectors(source.count) : gaussianUnitVectors(source);
}

async function gloveVectors(count: number): Promise<Float32Array<ArrayBuffer>[]> {
  const response = await fetch("./glove-5k-100d.f32");
  if (!response.ok) throw new Error(`The GloVe vectors could not be loaded: HTTP ${response.status}`);
  const all = new Float32Array(await response.arrayBuffer());
  return Array.from({ length: count }, (_, i) => all.slice(i * 100, (i + 1) * 100));
}

function gaussianUnitVectors(source: Extract<VectorSource, { kind: "gaussian" }>): Float32Array<ArrayBuffer>[] {
  const random = mulberry32(source.seed);
  return Array.from({ length: source.count }, () => {
    const vector = Float32Array.from({ length: source.dimensions }, () => gaussian(random));
    const length = Math.hypot(...vector);
    return vector.map((component) => component / length);
  });
}

/** Box and Muller's; the second value that it offers is not needed. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A small seeded generator: the same vectors in both tabs and in every run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
