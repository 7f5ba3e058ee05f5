import { isVisible, joinSiblings, type Siblings } from "./siblings.ts";
import type { Dot } from "./dot.ts";
import { DotSum } from "./store-sums.ts";
import { ItemIndex } from "./item-index.ts";
import type { ItemList } from "./item-list.ts";
import type { VersionStamp } from "./version.ts";

/** A version as a replica's index holds it. */
export interface IndexedVersion extends VersionStamp {
  /** This store's own count of changes when it took the version in: what checkpoints of `changes` name. */
  readonly revision: number;
  /** Of stamp and payload, the same in every store that holds this version (S8). */
  readonly hash: number;
}

/**
 * The index of what a replica holds, without the payloads: by id, and by dot. Every change costs the same however much is held, so that a
 * store that is opened is taken in piece by piece, and no task goes through all of it (P6).
 */
export class HeldVersions {
  readonly #siblings = new Map<string, Siblings<IndexedVersion>>();
  /** Finds what a peer lacks at a cost that grows with what it lacks (P5), and where two replicas differ (S8). */
  readonly #byDot = new ItemIndex<IndexedVersion>();
  /** Ids with a tombstone among their siblings: what is left to collect (C9). */
  readonly #withTombstone = new Set<string>();
  readonly #sum = new DotSum();
  #visible = 0;

  /** How many versions are held. */
  get size(): number {
    return this.#byDot.size;
  }

  /** How many ids are visible. */
  get visibleCount(): number {
    return this.#visible;
  }

  /** The sum over all held dots, for the store's integrity check. */
  get sum(): readonly [number, number] {
    return this.#sum.value;
  }

  get hasTombstones(): boolean {
    return this.#withTombstone.size > 0;
  }

  /** May be read on while tombstones come and go. */
  idsWithTombstone(): Iterable<string> {
    return this.#withTombstone;
  }

  siblings(id: string): Siblings<IndexedVersion> {
    return this.#siblings.get(id) ?? [];
  }

  all(): Iterable<readonly [string, Siblings<IndexedVersion>]> {
    return this.#siblings;
  }

  /** All versions as of now: a reference, which no later change shows in. */
  list(): ItemList<IndexedVersion> {
    return this.#byDot.list();
  }

  holds(dot: Dot): boolean {
    return this.#byDot.has(dot);
  }

  /** Joins a version to the siblings of its id. */
  add(version: IndexedVersion): void {
    this.setSiblings(version.id, joinSiblings(this.siblings(version.id), version));
  }

  setSiblings(id: string, siblings: Siblings<IndexedVersion>): void {
    const before = this.siblings(id);
    const [were, are] = [new Set(before), new Set(siblings)];
    for (const version of before) {
      if (are.has(version)) continue;
      this.#byDot.delete(version.dot);
      this.#sum.toggle(version.dot);
    }
    for (const version of siblings) {
      if (were.has(version)) continue;
      this.#byDot.put(version);
      this.#sum.toggle(version.dot);
    }
    this.#visible += Number(isVisible(siblings)) - Number(isVisible(before));
    if (siblings.some((sibling) => sibling.tombstone)) this.#withTombstone.add(id);
    else this.#withTombstone.delete(id);
    if (siblings.length === 0) this.#siblings.delete(id);
    else this.#siblings.set(id, siblings);
  }
}

/** The local change count of an id: the newest of its siblings'. */
export function revisionOf(siblings: Siblings<IndexedVersion>): number {
  let revision = 0;
  for (const sibling of siblings) revision = Math.max(revision, sibling.revision);
  return revision;
}
