import type { LocalItem } from "./effects.ts";
import type { CutKeeper } from "./document-cuts.ts";
import type { CoreConfig } from "./environment.ts";
import type { Draft } from "./draft.ts";
import type { Dot } from "./dot.ts";
import { type EditorClaim, statesOf, vectorHolder } from "./entry-document.ts";
import { includesDot } from "./version-vector.ts";
import { liveSiblings } from "./siblings.ts";
import type { Origin } from "./node-id.ts";
import { replicationError } from "./replication-error.ts";
import type { StoredVersion } from "./version.ts";

/** Ids whose editor's name is remembered, some 100 bytes each; whoever edits more at a time takes a new name, of some 30 bytes in the document. */
const MAX_CLAIMS = 10_000;

const NO_CUTS: CutKeeper = { hearsOfAll: false, isEverywhere: () => false, awaits: () => undefined };

const NO_VECTOR: Float32Array = new Float32Array(0);

/** By id, the live siblings with their payloads, as the transaction finds them. */
export type HeldSiblings = ReadonlyMap<string, readonly StoredVersion[]>;

type EditItem = Extract<LocalItem, { readonly kind: "edit" }>;

const NONE_HELD: HeldSiblings = new Map();

/**
 * Names this opening's own writes (C2). Every opening has a fresh origin, and so has what comes after a failed commit: whether the
 * store kept it or not, its dots are never used again. A dot that a peer claims to know already is not used either: whoever heard of it
 * would ignore the write, and over a sibling that claims to have seen it, it would be a version that has seen itself. And after a reset
 * (S1) this store may have lost writes of its own: a later one of the same origin would claim to have seen them (C4).
 */
export class LocalWriter {
  readonly #mintOrigin: () => Origin;
  readonly #documents: CoreConfig["documents"];
  readonly #cuts: CutKeeper;
  #origin: Origin;
  #seq = 0;
  /** How often the context had been reset when the origin began. */
  #resets = 0;
  /** By id, the one that was edited longest ago first. */
  readonly #claims = new Map<string, EditorClaim>();

  constructor(mintOrigin: () => Origin, documents?: CoreConfig["documents"], cuts: CutKeeper = NO_CUTS) {
    this.#cuts = cuts;
    this.#documents = documents;
    this.#mintOrigin = mintOrigin;
    this.#origin = mintOrigin();
  }

  commitFailed(): void {
    this.#beginOrigin();
  }

  /**
   * Writes the items into the transaction.
   * @param held the live siblings of the ids that are edited.
   */
  write(draft: Draft, items: readonly LocalItem[], ordered = false, held: HeldSiblings = NONE_HELD): StoredVersion[] {
    const versions: StoredVersion[] = [];
    for (const item of items) {
      const version = this.prepare(draft, item, ordered, held);
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
  prepare(draft: Draft, item: LocalItem, ordered: boolean, held: HeldSiblings): StoredVersion | undefined {
    const { id } = item;
    if (item.kind === "edit") return this.#edit(draft, item, held.get(id) ?? []);
    if (item.kind === "put") {
      const { vector, metadata } = item;
      return draft.prepare(this.#nextDot(draft, id), { id, vector, metadata, tombstone: false });
    }
    if (item.of !== undefined && !isAllOf(item.of, liveSiblings(draft.siblings(id)))) return undefined;
    if (!draft.isVisible(id) && !(ordered && draft.siblings(id).length > 0)) return undefined;
    return draft.prepare(this.#nextDot(draft, id), { id, vector: NO_VECTOR, metadata: {}, tombstone: true });
  }

  /** What an edit makes of the siblings that the new version dominates (C7): it has seen them all, so nothing of theirs is lost (C6). */
  #edit(draft: Draft, { id, vector, edit }: EditItem, live: readonly StoredVersion[]): StoredVersion | undefined {
    const before = vectorHolder(live);
    const kept = vector ?? before?.vector;
    if (kept === undefined) throw entryNotFound(id);
    const dot = this.#nextDot(draft, id);
    const isEverywhere = this.#cuts.hearsOfAll ? (cut: Dot) => this.#cuts.isEverywhere(cut, draft) : undefined;
    const outcome = edit(statesOf(live), dot, this.#claims.get(id), isEverywhere);
    if (!outcome.changed && vector === undefined) {
      // Nobody has heard of it: the next write takes it, and leaves no gap.
      this.#seq--;
      return undefined;
    }
    const fault = this.#documents?.fault(outcome.state);
    if (fault !== undefined) throw unusable(id, fault);
    this.#keepClaim(id, outcome.claim);
    this.#cuts.awaits(id, outcome.awaits);
    const version = draft.prepare(dot, { id, vector: kept, metadata: {}, tombstone: false });
    const vectorAt = vector === undefined ? (before!.document?.vectorAt ?? before!.hlc) : version.hlc;
    return { ...version, document: { state: outcome.state, vectorAt } };
  }

  #keepClaim(id: string, claim: EditorClaim | undefined): void {
    if (claim === undefined) return;
    this.#claims.delete(id);
    this.#claims.set(id, claim);
    for (const oldest of this.#claims.keys()) {
      if (this.#claims.size <= MAX_CLAIMS) break;
      this.#claims.delete(oldest);
    }
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
    this.#claims.clear();
    return (this.#origin = this.#mintOrigin());
  }
}

function isAllOf(dots: readonly Dot[], live: readonly { readonly dot: Dot }[]): boolean {
  return live.every(({ dot }) => dots.some(({ origin, seq }) => origin === dot.origin && seq === dot.seq));
}

/** What others would refuse is not written here either. */
function unusable(id: string, fault: string): Error {
  const message = `Entry ${JSON.stringify(id)}: its document would be what no replica takes (${fault}). Nothing is stored.`;
  return replicationError("invalid-entry", message, { id });
}

function entryNotFound(id: string): Error {
  const message = `There is no entry ${JSON.stringify(id)} to edit. To make one, give its vector with the edit, or write it first.`;
  return replicationError("entry-not-found", message, { id });
}
