import {
  addInterval,
  hasInteger,
  type IntervalSet,
  isSubset,
  subtractIntervals,
  uniteIntervals,
} from "./interval-set.ts";
import { ContextDigest } from "./context-digest.ts";
import type { Dot } from "./dot.ts";
import type { Origin } from "./node-id.ts";

/**
 * Which writes a replica has accounted for: for each origin, the interval set of their seqs (S1).
 * Immutable. Its digest is kept beside it, so that comparing two equal contexts costs no look at their origins (C3).
 */
export class CausalContext {
  static readonly EMPTY: CausalContext = new CausalContext(new Map(), ContextDigest.EMPTY);

  readonly origins: ReadonlyMap<Origin, IntervalSet>;
  readonly digest: ContextDigest;

  private constructor(origins: ReadonlyMap<Origin, IntervalSet>, digest: ContextDigest) {
    this.origins = origins;
    this.digest = digest;
  }

  static of(origins: Iterable<readonly [Origin, IntervalSet]>): CausalContext {
    return CausalContext.EMPTY.#replace(origins);
  }

  get isEmpty(): boolean {
    return this.origins.size === 0;
  }

  covers(dot: Dot): boolean {
    const intervals = this.origins.get(dot.origin);
    return intervals !== undefined && hasInteger(intervals, dot.seq);
  }

  coversAll(other: CausalContext): boolean {
    for (const [origin, intervals] of other.origins) {
      const mine = this.origins.get(origin);
      if (mine === undefined || !isSubset(intervals, mine)) return false;
    }
    return true;
  }

  with(dots: Iterable<Dot>): CausalContext {
    const changed = new Map<Origin, IntervalSet>();
    for (const { origin, seq } of dots) {
      const before = changed.get(origin) ?? this.origins.get(origin) ?? [];
      const after = addInterval(before, seq, seq);
      if (after !== before) changed.set(origin, after);
    }
    return changed.size === 0 ? this : this.#replace(changed);
  }

  join(other: CausalContext): CausalContext {
    const changed = new Map<Origin, IntervalSet>();
    for (const [origin, intervals] of other.origins) {
      const before = this.origins.get(origin) ?? [];
      const after = uniteIntervals(before, intervals);
      if (after !== before) changed.set(origin, after);
    }
    return changed.size === 0 ? this : this.#replace(changed);
  }

  /** What this context covers and `other` does not. */
  difference(other: CausalContext): CausalContext {
    const rest: [Origin, IntervalSet][] = [];
    for (const [origin, intervals] of this.origins) {
      const missing = subtractIntervals(intervals, other.origins.get(origin) ?? []);
      if (missing.length > 0) rest.push([origin, missing]);
    }
    return CausalContext.of(rest);
  }

  /** The part of this context whose origins fall into the given digest buckets. */
  inBuckets(buckets: ReadonlySet<number>): CausalContext {
    const part = new Map<Origin, IntervalSet>();
    for (const [origin, intervals] of this.origins)
      if (buckets.has(ContextDigest.bucketOf(origin))) part.set(origin, intervals);
    return new CausalContext(part, this.digest.inBuckets(buckets));
  }

  /** The origins whose intervals differ from those in `before`, with their intervals here: what a commit has to write. */
  *changedSince(before: CausalContext): Iterable<readonly [Origin, IntervalSet]> {
    for (const entry of this.origins) if (before.origins.get(entry[0]) !== entry[1]) yield entry;
  }

  #replace(changed: Iterable<readonly [Origin, IntervalSet]>): CausalContext {
    const origins = new Map(this.origins);
    const digest = this.digest.edit();
    for (const [origin, intervals] of changed) {
      digest.replace(origin, origins.get(origin) ?? [], intervals);
      origins.set(origin, intervals);
    }
    return new CausalContext(origins, digest.done());
  }
}

export function intervalsIn(context: CausalContext): number {
  let intervals = 0;
  for (const ofOrigin of context.origins.values()) intervals += ofOrigin.length / 2;
  return intervals;
}
