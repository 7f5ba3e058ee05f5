import type { CausalContext } from "./causal-context.ts";
import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import type { Dot } from "./dot.ts";
import { DotSum } from "./store-sums.ts";
import { HeldWalk } from "./held-walk.ts";
import { ItemIndex } from "./item-index.ts";
import type { ItemList } from "./item-list.ts";
import type { Lease } from "./leases.ts";
import type { LineageState } from "./lineage-state.ts";
import type { HlcStamp } from "./hybrid-logical-clock.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { Siblings } from "./siblings.ts";
import type { VersionStamp } from "./version.ts";

/** A version as a replica's index holds it. */
export interface IndexedVersion extends VersionStamp {
  /** This store's own count of changes when it took the version in: what checkpoints of `changes` name. */
  readonly revision: number;
  /** Of stamp and payload, the same in every store that holds this version (S8). */
  readonly hash: number;
}

/** What the store held when it was opened. */
export interface StoreImage {
  readonly nodeId: NodeId;
  readonly deviceId: DeviceId;
  readonly context: CausalContext;
  readonly horizon: CausalContext;
  readonly clock: HlcStamp;
  readonly counter: number;
  readonly revision: number;
  /** Changes up to this revision may have left no trace: tombstones that were collected, versions that repair or damage took. */
  readonly forgottenRevision: number;
  /** The last openings that have stored something, oldest first. */
  readonly openings: readonly Opening[];
  readonly relaxedPending: boolean;
  readonly leases: readonly Lease[];
  /** The lineage that this replica goes by. */
  readonly home: LineageId;
  /** Its home, those in which it has a vote, and those that it knows to have retired, oldest first. */
  readonly lineages: ReadonlyMap<LineageId, LineageState>;
  readonly siblings: Map<string, Siblings<IndexedVersion>>;
}

/**
 * By how much each opening counts on, and by as much again at most, at random. A power cut takes relaxed commits and their revisions
 * (D2); counting on from there would give them to other changes, which a reader whose checkpoint names them would never be told. More
 * than one opening ever makes, and few enough for a million openings within 2^53.
 */
const REVISION_GAP: number = 2 ** 32;
/** Openings whose beginnings are remembered, a few bytes each in every transaction: a reader mostly comes back in the next one. */
const MAX_OPENINGS = 8;

/** Places that a generator looks at before it gives what it has found; it is for those who stop soon, or need all. */
const LOOKS_AT_ONCE = 16;

/** Where an opening of the store found the count of changes, and from where it counted on: nothing in between is there. */
export type Opening = readonly [found: number, from: number];

/**
 * What this replica's store holds, without the payloads. It changes only in `Draft.apply`, after the transaction that made the
 * change durable has completed: whoever reads it may tell others.
 */
export class DurableState {
  nodeId: NodeId;
  readonly deviceId: DeviceId;
  context: CausalContext;
  horizon: CausalContext;
  clock: HlcStamp;
  /** Q3: grows with every strict commit. */
  counter: number;
  revision: number;
  forgottenRevision: number;
  readonly openings: readonly Opening[];
  home: LineageId;
  lineages: ReadonlyMap<LineageId, LineageState>;
  /**
   * Whether a relaxed commit has not been followed by a strict one yet; its versions are not acknowledged till then (D2). It may be of
   * an earlier opening: a page that ends leaves it where a power cut still takes it.
   */
  relaxedPending: boolean;
  /** How often the context has shrunk since the store was opened (S1): what was compared with it before counts no more. */
  resets = 0;
  readonly #siblings: Map<string, Siblings<IndexedVersion>>;
  /** The versions by their dots: finds what a peer lacks at a cost that grows with what it lacks (P5), and where two replicas differ (S8). */
  readonly #held: ItemIndex<IndexedVersion>;
  /** Ids with a tombstone among their siblings: what is left to collect (C9). */
  readonly #withTombstone = new Set<string>();
  #visible = 0;
  readonly #versionSum = new DotSum();

  /** @param random from 0 to 1, another one at each opening. */
  constructor(image: StoreImage, random: number) {
    this.nodeId = image.nodeId;
    this.deviceId = image.deviceId;
    this.context = image.context;
    this.horizon = image.horizon;
    this.clock = image.clock;
    this.counter = image.counter;
    this.revision = image.revision + REVISION_GAP + Math.floor(random * REVISION_GAP);
    this.forgottenRevision = image.forgottenRevision;
    this.openings = [...image.openings, [image.revision, this.revision] as const].slice(-MAX_OPENINGS);
    this.relaxedPending = image.relaxedPending;
    this.home = image.home;
    this.lineages = image.lineages;
    this.#siblings = new Map(image.siblings);
    this.#held = new ItemIndex(versionsIn(image.siblings));
    for (const [id, siblings] of image.siblings) {
      this.#note(id, siblings, []);
      for (const { dot } of siblings) this.#versionSum.toggle(dot);
    }
  }

  /** Whether a change of this revision was told of, and then taken by a power cut. */
  wasLost(revision: number): boolean {
    return this.openings.some(([found, from]) => found < revision && revision < from);
  }

  /** The sum over all held dots, for the store's integrity check. */
  get versionSum(): readonly [number, number] {
    return this.#versionSum.value;
  }

  get hasTombstones(): boolean {
    return this.#withTombstone.size > 0;
  }

  /** May be read on while tombstones come and go. */
  idsWithTombstone(): Iterable<string> {
    return this.#withTombstone;
  }

  /** How many versions are held. */
  get versionCount(): number {
    return this.#held.size;
  }

  /** All versions that are held, as of now: a reference, which no later change shows in. */
  get held(): ItemList<IndexedVersion> {
    return this.#held.list();
  }

  /** The active record of the lineage that this replica goes by (Q1). */
  get replicaSet(): ReplicaSetRecord {
    return activeRecord(this);
  }

  /** How many ids have a live sibling. */
  get visibleCount(): number {
    return this.#visible;
  }

  siblings(id: string): Siblings<IndexedVersion> {
    return this.#siblings.get(id) ?? [];
  }

  /** The held versions among `dots`, as of now, as (dot, id). */
  *heldAmong(dots: CausalContext): Iterable<readonly [Dot, string]> {
    const walk = new HeldWalk(this.held, dots);
    while (!walk.isOver) for (const { dot, id } of walk.next(LOOKS_AT_ONCE)) yield [dot, id];
  }

  all(): Iterable<readonly [string, Siblings<IndexedVersion>]> {
    return this.#siblings;
  }

  setSiblings(id: string, siblings: Siblings<IndexedVersion>): void {
    const before = this.siblings(id);
    const [were, are] = [new Set(before), new Set(siblings)];
    for (const version of before) {
      if (are.has(version)) continue;
      this.#held.delete(version.dot);
      this.#versionSum.toggle(version.dot);
    }
    for (const version of siblings) {
      if (were.has(version)) continue;
      this.#held.put(version);
      this.#versionSum.toggle(version.dot);
    }
    this.#note(id, siblings, before);
    if (siblings.length === 0) this.#siblings.delete(id);
    else this.#siblings.set(id, siblings);
  }

  #note(id: string, siblings: Siblings<IndexedVersion>, before: Siblings<IndexedVersion>): void {
    this.#visible += Number(isVisible(siblings)) - Number(isVisible(before));
    if (siblings.some((sibling) => sibling.tombstone)) this.#withTombstone.add(id);
    else this.#withTombstone.delete(id);
  }
}

function* versionsIn(all: ReadonlyMap<string, Siblings<IndexedVersion>>): Iterable<IndexedVersion> {
  for (const siblings of all.values()) yield* siblings;
}

/**
 * The active record of a store's home.
 * @throws Error when the store knows nothing of its home, which no transaction leaves.
 */
export function activeRecord({ home, lineages }: Pick<StoreImage, "home" | "lineages">): ReplicaSetRecord {
  const state = lineages.get(home);
  if (state === undefined) throw new Error(`nothing is known of the home lineage ${home}`);
  return state.active;
}

/** C6: an id is visible while any live sibling exists. */
export function isVisible(siblings: Siblings): boolean {
  return siblings.some((sibling) => !sibling.tombstone);
}

/** The local change count of an id: the newest of its siblings'. */
export function revisionOf(siblings: Siblings<IndexedVersion>): number {
  let revision = 0;
  for (const sibling of siblings) revision = Math.max(revision, sibling.revision);
  return revision;
}
