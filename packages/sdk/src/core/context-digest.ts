import { mix, takeInInteger } from "./hash-mix.ts";
import type { IntervalSet } from "./interval-set.ts";
import type { Origin } from "./node-id.ts";
import { takeInOrigin } from "./origin-hash.ts";

/**
 * How many buckets origins fall into. One changed origin makes its bucket differ, and a differing bucket makes all its
 * origins travel: 64 buckets keep the digest at 512 bytes and let 1 in 64 of the closed origins travel beside it.
 */
export const DIGEST_BUCKETS = 64;
/** 32-bit words a bucket: 64 bits, so that two different buckets look alike once in 10^19. */
const WORDS_PER_BUCKET = 2;
export const DIGEST_WORDS: number = DIGEST_BUCKETS * WORDS_PER_BUCKET;

function hashOrigin(origin: Origin, intervals: IntervalSet, seed: number): number {
  let hash = takeInOrigin(seed, origin);
  for (const bound of intervals) hash = takeInInteger(hash, bound);
  return mix(hash);
}

/**
 * A fingerprint of a causal context (C3): for each bucket of origins, the exclusive-or of its origins' hashes, so that a
 * change costs only the origins that it touches. It finds differences between honest peers; it proves nothing against a liar,
 * who could as well lie about the context itself.
 */
export class ContextDigest {
  static readonly EMPTY: ContextDigest = new ContextDigest(new Uint32Array(DIGEST_WORDS));

  readonly words: Uint32Array;

  constructor(words: Uint32Array) {
    this.words = words;
  }

  static bucketOf(origin: Origin): number {
    return Number.parseInt(origin.slice(0, 2), 16) % DIGEST_BUCKETS;
  }

  equals(other: ContextDigest): boolean {
    for (let i = 0; i < DIGEST_WORDS; i++) if (this.words[i] !== other.words[i]) return false;
    return true;
  }

  equalsIn(bucket: number, other: ContextDigest): boolean {
    const at = bucket * WORDS_PER_BUCKET;
    return this.words[at] === other.words[at] && this.words[at + 1] === other.words[at + 1];
  }

  /** The buckets in which two contexts differ. */
  differingBuckets(other: ContextDigest): Set<number> {
    const differing = new Set<number>();
    for (let i = 0; i < DIGEST_WORDS; i++)
      if (this.words[i] !== other.words[i]) differing.add(Math.floor(i / WORDS_PER_BUCKET));
    return differing;
  }

  /** Of the same context without the origins of other buckets. */
  inBuckets(buckets: ReadonlySet<number>): ContextDigest {
    const words = new Uint32Array(DIGEST_WORDS);
    for (const bucket of buckets) {
      const at = bucket * WORDS_PER_BUCKET;
      words.set(this.words.subarray(at, at + WORDS_PER_BUCKET), at);
    }
    return new ContextDigest(words);
  }

  edit(): DigestEditor {
    return new DigestEditor(this.words.slice());
  }
}

class DigestEditor {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  replace(origin: Origin, before: IntervalSet, after: IntervalSet): void {
    if (before.length > 0) this.#toggle(origin, before);
    if (after.length > 0) this.#toggle(origin, after);
  }

  done(): ContextDigest {
    return new ContextDigest(this.#words);
  }

  #toggle(origin: Origin, intervals: IntervalSet): void {
    const at = ContextDigest.bucketOf(origin) * WORDS_PER_BUCKET;
    this.#words[at]! ^= hashOrigin(origin, intervals, 0x2f6b);
    this.#words[at + 1]! ^= hashOrigin(origin, intervals, 0x71c3d);
  }
}
