import type { ContextDigest } from "./context-digest.ts";

/** Own digests remembered: some seconds of commits under load. */
const REMEMBERED_DIGESTS = 256;

/** This replica's past digests and when each was superseded: tells how far behind a peer is that is where we were. */
export class DigestHistory {
  readonly #past: { readonly digest: ContextDigest; readonly supersededAt: number }[] = [];
  #current: ContextDigest;

  constructor(current: ContextDigest) {
    this.#current = current;
  }

  note(digest: ContextDigest, now: number): void {
    if (digest === this.#current) return;
    this.#past.push({ digest: this.#current, supersededAt: now });
    if (this.#past.length > REMEMBERED_DIGESTS) this.#past.shift();
    this.#current = digest;
  }

  /** When this replica moved on from `digest`; `undefined` if it was never there, or too long ago. */
  supersededAt(digest: ContextDigest): number | undefined {
    return this.#past.findLast((past) => past.digest.equals(digest))?.supersededAt;
  }
}
