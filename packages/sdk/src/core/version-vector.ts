import type { Dot } from "./dot.ts";
import type { Origin } from "./node-id.ts";

/**
 * Which writes to one id its writer had seen: for each origin, the highest seq. A writer sees the writes
 * of one origin to one id in order, so the highest stands for all below it (C4).
 */
export type VersionVector = ReadonlyMap<Origin, number>;

export const EMPTY_VERSION_VECTOR: VersionVector = new Map();

export function includesDot(vector: VersionVector, dot: Dot): boolean {
  return (vector.get(dot.origin) ?? 0) >= dot.seq;
}

/** `a <= b`: whatever `a` has seen, `b` has too. */
export function isWithin(a: VersionVector, b: VersionVector): boolean {
  for (const [origin, seq] of a) if ((b.get(origin) ?? 0) < seq) return false;
  return true;
}

/** The union of vectors and single dots. */
export function mergeVectors(vectors: Iterable<VersionVector>, dots: Iterable<Dot> = []): VersionVector {
  const merged = new Map<Origin, number>();
  const raise = (origin: Origin, seq: number): void => {
    if ((merged.get(origin) ?? 0) < seq) merged.set(origin, seq);
  };
  for (const vector of vectors) for (const [origin, seq] of vector) raise(origin, seq);
  for (const dot of dots) raise(dot.origin, dot.seq);
  return merged;
}
