import { mix } from "./hash-mix.ts";
import type { Dot } from "./dot.ts";

/**
 * Two independent 32-bit hashes of one item. Summed over a range they are a fingerprint of 64 bits, so that two ranges that differ look alike
 * once in 10^19; it finds differences between honest replicas, and proves nothing against a liar, who could as well lie about the items.
 */
export function fingerprintOf({ dot, hash }: { readonly dot: Dot; readonly hash: number }): {
  readonly low: number;
  readonly high: number;
} {
  const first = Number.parseInt(dot.origin.slice(0, 8), 16);
  const second = Number.parseInt(dot.origin.slice(8, 16), 16);
  const words = [first, second, dot.seq >>> 0, Math.floor(dot.seq / 2 ** 32), hash];
  return { low: hashOf(words, 0x51ed), high: hashOf(words, 0x3c6ef) };
}

function hashOf(words: readonly number[], seed: number): number {
  let hash = seed;
  for (const word of words) hash = mix(Math.imul(hash, 31) ^ word) + 0x9e3779b9;
  return mix(hash);
}
