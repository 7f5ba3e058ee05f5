import type { Dot } from "./dot.ts";
import { mix, takeIn } from "./hash-mix.ts";
import { takeInDot } from "./origin-hash.ts";

/**
 * Two independent 32-bit hashes of one item. Summed over a range they are a fingerprint of 64 bits, so that two ranges that differ look alike
 * once in 10^19; it finds differences between honest replicas, and proves nothing against a liar, who could as well lie about the items.
 */
export function fingerprintOf({ dot, hash }: { readonly dot: Dot; readonly hash: number }): {
  readonly low: number;
  readonly high: number;
} {
  return { low: mix(takeIn(takeInDot(0x51ed, dot), hash)), high: mix(takeIn(takeInDot(0x3c6ef, dot), hash)) };
}
