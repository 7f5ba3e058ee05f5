import type { CausalContext } from "./causal-context.ts";
import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import type { Dot } from "./dot.ts";
import type { HeldVersions, IndexedVersion } from "./held-versions.ts";
import { HeldWalk } from "./held-walk.ts";
import type { ItemList } from "./item-list.ts";
import type { Lease } from "./leases.ts";
import type { LineageState } from "./lineage-state.ts";
import type { HlcStamp } from "./hybrid-logical-clock.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { Siblings } from "./siblings.ts";

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
  /** The state takes them over, and changes them from then on. */
  readonly versions: HeldVersions;
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
  readonly #versions: HeldVersions;

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
    this.#versions = image.versions;
  }

  /** Whether a change of this revision was told of, and then taken by a power cut. */
  wasLost(revision: number): boolean {
    return this.openings.some(([found, from]) => found < revision && revision < from);
  }

  /** The sum over all held dots, for the store's integrity check. */
  get versionSum(): readonly [number, number] {
    return this.#versions.sum;
  }

  get hasTombstones(): boolean {
    return this.#versions.hasTombstones;
  }

  /** May be read on while tombstones come and go. */
  idsWithTombstone(): Iterable<string> {
    return this.#versions.idsWithTombstone();
  }

  /** How many versions are held. */
  get versionCount(): number {
    return this.#versions.size;
  }

  /** All versions that are held, as of now: a reference, which no later change shows in. */
  get held(): ItemList<IndexedVersion> {
    return this.#versions.list();
  }

  /** The active record of the lineage that this replica goes by (Q1). */
  get replicaSet(): ReplicaSetRecord {
    return activeRecord(this);
  }

  /** How many ids have a live sibling. */
  get visibleCount(): number {
    return this.#versions.visibleCount;
  }

  siblings(id: string): Siblings<IndexedVersion> {
    return this.#versions.siblings(id);
  }

  /** The held versions among `dots`, as of now, as (dot, id). */
  *heldAmong(dots: CausalContext): Iterable<readonly [Dot, string]> {
    const walk = new HeldWalk(this.held, dots);
    while (!walk.isOver) for (const { dot, id } of walk.next(LOOKS_AT_ONCE)) yield [dot, id];
  }

  all(): Iterable<readonly [string, Siblings<IndexedVersion>]> {
    return this.#versions.all();
  }

  setSiblings(id: string, siblings: Siblings<IndexedVersion>): void {
    this.#versions.setSiblings(id, siblings);
  }
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
