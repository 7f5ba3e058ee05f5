import { mix } from "./hash-mix.ts";
import { type Dot, wordsOfDot } from "./dot.ts";

/**
 * Two independent 32-bit hashes of one item. Summed over a range they are a fingerprint of 64 bits, so that two ranges that differ look alike
 * once in 10^19; it finds differences between honest replicas, and proves nothing against a liar, who could as well lie about the items.
 */
export function fingerprintOf({ dot, hash }: { readonly dot: Dot; readonly hash: number }): {
  readonly low: number;
  readonly high: number;
} {
  const words = [...wordsOfDot(dot), hash];
  return { low: hashOf(words, 0x51ed), high: hashOf(words, 0x3c6ef) };
}

function hashOf(words: readonly number[], seed: number): number {
  let hash = seed;
  for (const word of words) hash = mix(Math.imul(hash, 31) ^ word) + 0x9e3779b9;
  return mix(hash);
}
