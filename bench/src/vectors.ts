import { type GaussianSource, gaussianVectors } from "./gaussian-vectors.js";

export { idOf } from "./gaussian-vectors.js";

/** Which vectors a measurement uses. Both tabs make them by themselves, so that they can be compared bit by bit. */
export type VectorSource =
  | GaussianSource
  /** GloVe's most frequent words, at most 5,000. */
  | { readonly kind: "glove"; readonly count: number; readonly dimensions: 100 };

export async function vectorsOf(source: VectorSource): Promise<Float32Array<ArrayBuffer>[]> {
  return source.kind === "glove" ? gloveVectors(source.count) : [...gaussianVectors(source)];
}

async function gloveVectors(count: number): Promise<Float32Array<ArrayBuffer>[]> {
  const response = await fetch("./glove-5k-100d.f32");
  if (!response.ok) throw new Error(`The GloVe vectors could not be loaded: HTTP ${response.status}`);
  const all = new Float32Array(await response.arrayBuffer());
  return Array.from({ length: count }, (_, i) => all.slice(i * 100, (i + 1) * 100));
}
