import type { ContextDigest } from "./context-digest.ts";
import type { Dot } from "./dot.ts";
import { mix } from "./hash-mix.ts";
import { takeInDot } from "./origin-hash.ts";
import type { CausalContext } from "./causal-context.ts";

/**
 * What a store should hold, written with every transaction: sums over its versions' dots, its context and its horizon. A record that
 * is missing leaves no other trace, and a store that claims what it has lost makes its peers drop it, too (S1, S8).
 */
export interface StoreSums {
  readonly versions: readonly [number, number];
  readonly context: readonly [number, number];
  readonly horizon: readonly [number, number];
}

export const NO_SUM: readonly [number, number] = [0, 0];

/** A sum to which the same dots come in any order, and of which they are taken by adding them once more. */
export class DotSum {
  #low: number;
  #high: number;

  constructor([low, high]: readonly [number, number] = NO_SUM) {
    this.#low = low;
    this.#high = high;
  }

  toggle(dot: Dot): void {
    this.#low = (this.#low ^ mix(takeInDot(0x51ed, dot))) >>> 0;
    this.#high = (this.#high ^ mix(takeInDot(0x2a7f3, dot))) >>> 0;
  }

  get value(): readonly [number, number] {
    return [this.#low, this.#high];
  }
}

/** The exclusive-or of a digest's buckets: of all its origins' hashes. */
function digestSum(digest: ContextDigest): readonly [number, number] {
  const sum: [number, number] = [0, 0];
  for (const [i, word] of digest.words.entries()) sum[i % 2]! ^= word;
  return [sum[0] >>> 0, sum[1] >>> 0];
}

export function sumsOf(
  { context, horizon }: { readonly context: CausalContext; readonly horizon: CausalContext },
  versions: readonly [number, number],
): StoreSums {
  return { versions, context: digestSum(context.digest), horizon: digestSum(horizon.digest) };
}

export function sameSum(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
