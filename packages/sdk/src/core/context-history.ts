import type { CausalContext } from "./causal-context.ts";
import { type ContextDigest, DIGEST_BUCKETS } from "./context-digest.ts";

/** Own contexts remembered: some seconds of commits under load. */
export const REMEMBERED_CONTEXTS = 256;
/** Origins in all contexts remembered, each context being a map of its own: some 16 MiB at most, after years of openings too. */
const REMEMBERED_ORIGINS = 262_144;

interface Past {
  readonly context: CausalContext;
  readonly supersededAt: number;
}

/**
 * This replica's past contexts and when each was superseded. A peer tells only what its context hashes to; where we have been there
 * ourselves, we know how far behind it is, and which dots it holds.
 */
export class ContextHistory {
  readonly #past: Past[] = [];
  #current: CausalContext;
  #origins = 0;

  constructor(current: CausalContext) {
    this.#current = current;
  }

  note(context: CausalContext, now: number): void {
    if (context === this.#current) return;
    this.#past.push({ context: this.#current, supersededAt: now });
    this.#origins += this.#current.origins.size;
    this.#current = context;
    while (this.#past.length > REMEMBERED_CONTEXTS || this.#origins > REMEMBERED_ORIGINS)
      this.#origins -= this.#past.shift()!.context.origins.size;
  }

  /** When this replica moved on from `digest`; `undefined` if it was never there, or too long ago. */
  supersededAt(digest: ContextDigest): number | undefined {
    return this.#past.findLast((past) => past.context.digest.equals(digest))?.supersededAt;
  }

  /** For each bucket the newest context of ours that hashed to the same there; `undefined` where none did. */
  matching(digest: ContextDigest): (CausalContext | undefined)[] {
    const matches: (CausalContext | undefined)[] = Array.from({ length: DIGEST_BUCKETS });
    const contexts = [...this.#past.map((past) => past.context), this.#current];
    for (let i = contexts.length - 1; i >= 0 && matches.includes(undefined); i--) {
      const context = contexts[i]!;
      for (let bucket = 0; bucket < DIGEST_BUCKETS; bucket++)
        if (context.digest.equalsIn(bucket, digest)) matches[bucket] ??= context;
    }
    return matches;
  }
}
