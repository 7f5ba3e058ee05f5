import type { LocalItem } from "./effects.ts";
import type { Draft } from "./draft.ts";
import type { Dot } from "./dot.ts";
import { includesDot } from "./version-vector.ts";
import type { Origin } from "./node-id.ts";
import type { StoredVersion } from "./version.ts";

const NO_VECTOR: Float32Array = new Float32Array(0);

/**
 * Names this opening's own writes (C2). Every opening has a fresh origin, and so has what comes after a failed commit: whether the
 * store kept it or not, its dots are never used again. A dot that a peer claims to know already is not used either: whoever heard of it
 * would ignore the write, and over a sibling that claims to have seen it, it would be a version that has seen itself. And after a reset
 * (S1) this store may have lost writes of its own: a later one of the same origin would claim to have seen them (C4).
 */
export class LocalWriter {
  readonly #mintOrigin: () => Origin;
  #origin: Origin;
  #seq = 0;
  /** How often the context had been reset when the origin began. */
  #resets = 0;

  constructor(mintOrigin: () => Origin) {
    this.#mintOrigin = mintOrigin;
    this.#origin = mintOrigin();
  }

  commitFailed(): void {
    this.#beginOrigin();
  }

  /** Writes the items into the transaction. */
  write(draft: Draft, items: readonly LocalItem[], ordered = false): StoredVersion[] {
    const versions: StoredVersion[] = [];
    for (const item of items) {
      const version = this.prepare(draft, item, ordered);
      if (version === undefined) continue;
      draft.write(version);
      versions.push(version);
    }
    return versions;
  }

  /**
   * What is to be written for an item, if anything. What is deleted and not there needs no write, but if the write is to be ordered (Q9):
   * that it is not there may be known by few.
   */
  prepare(draft: Draft, item: LocalItem, ordered: boolean): StoredVersion | undefined {
    const { id } = item;
    if (item.kind === "put") {
      const { vector, metadata } = item;
      return draft.prepare(this.#nextDot(draft, id), { id, vector, metadata, tombstone: false });
    }
    if (!draft.isVisible(id) && !(ordered && draft.siblings(id).length > 0)) return undefined;
    return draft.prepare(this.#nextDot(draft, id), { id, vector: NO_VECTOR, metadata: {}, tombstone: true });
  }

  #nextDot(draft: Draft, id: string): Dot {
    let dot = { origin: this.#origin, seq: this.#seq + 1 };
    const claimed =
      draft.resets !== this.#resets ||
      draft.covers(dot) ||
      draft.siblings(id).some(({ context }) => includesDot(context, dot));
    if (claimed) dot = { origin: this.#beginOrigin(), seq: 1 };
    this.#seq = dot.seq;
    this.#resets = draft.resets;
    return dot;
  }

  #beginOrigin(): Origin {
    this.#seq = 0;
    return (this.#origin = this.#mintOrigin());
  }
}
