import { compareHlc, followingHlc, type HlcStamp, maxHlc, receiveHlc, tickHlc } from "./hybrid-logical-clock.ts";
import {
  COUNTERS_KEY,
  contextKey,
  HORIZON_PREFIX,
  LEASES_KEY,
  NODE_KEY,
  PROGRESS_KEY,
  REPLICA_SETS_KEY,
  type SeenCounter,
  type StoreBatch,
  versionKey,
} from "./store-layout.ts";
import { contextOver, isConflict, isVisible, joinSiblings, type Siblings } from "./siblings.ts";
import { activeRecord, type DurableState } from "./durable-state.ts";
import type { IndexedVersion } from "./held-versions.ts";
import type { Lease } from "./leases.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import { CausalContext } from "./causal-context.ts";
import { claimOf } from "./held-claim.ts";
import { type Dot, dotKey } from "./dot.ts";
import { encodeIntervals } from "./codec/contexts.ts";
import { encodeJsonRecord } from "./codec/json-record.ts";
import { type LineageState, storedLineages } from "./lineage-state.ts";
import { decodeStored, encodeStored, hashOfStored } from "./codec/stored.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import { DotSum, sumsOf } from "./store-sums.ts";
import { MAX_VERSION_CONTEXT } from "./codec/limits.ts";
import { replicationError } from "./replication-error.ts";
import type { StoredVersion } from "./version.ts";

/** What a received version meant to this replica. */
export type Reception = "new" | "known";

/**
 * One transaction in the making, over the durable state: what it reads is the state with its own changes, what it changes
 * shows nowhere until `apply`, which is called once the store has it all.
 */
export class Draft {
  /** Ids whose visible state may have changed. */
  readonly changed: Set<string> = new Set();
  /** Ids that now have several live siblings where a received version joined them (an event for people). */
  readonly conflicts: Set<string> = new Set();
  /** A version was stamped further ahead than the clock may follow (C8). */
  skewed = false;
  nodeId: NodeId;
  context: CausalContext;
  horizon: CausalContext;
  home: LineageId;
  readonly #state: DurableState;
  readonly #nowMs: number;
  readonly #siblings = new Map<string, Siblings<IndexedVersion>>();
  readonly #puts = new Map<string, Uint8Array>();
  readonly #deletes = new Set<string>();
  readonly #newDots = new Map<string, Dot>();
  #restartsCounter = false;
  #clock: HlcStamp;
  #revision: number;
  #forgottenRevision: number;
  #lineages: ReadonlyMap<LineageId, LineageState>;
  #seenCounters: readonly SeenCounter[] | undefined;
  #leases: readonly Lease[] | undefined;

  constructor(state: DurableState, nowMs: number) {
    this.#state = state;
    this.#nowMs = nowMs;
    this.nodeId = state.nodeId;
    this.context = state.context;
    this.horizon = state.horizon;
    this.home = state.home;
    this.#lineages = state.lineages;
    this.#clock = state.clock;
    this.#revision = state.revision;
    this.#forgottenRevision = state.forgottenRevision;
  }

  siblings(id: string): Siblings<IndexedVersion> {
    return this.#siblings.get(id) ?? this.#state.siblings(id);
  }

  /**
   * A local write, in the making: dominates every sibling held (C7), and its stamp exceeds theirs, even those the clock may not follow, so that
   * who saw a write from the future can still replace it.
   * @throws ReplicationError `invalid-entry` when no context can hold all who have written this id.
   */
  prepare(dot: Dot, content: Pick<StoredVersion, "id" | "vector" | "metadata" | "tombstone">): StoredVersion {
    const siblings = this.siblings(content.id);
    this.#clock = tickHlc(this.#clock, this.#nowMs);
    let hlc = this.#clock;
    for (const sibling of siblings) {
      if (compareHlc(sibling.hlc, hlc) >= 0) hlc = followingHlc(sibling.hlc);
    }
    const context = contextOver(siblings);
    if (context.size > MAX_VERSION_CONTEXT) throw tooManyWriters(content.id);
    return { ...content, dot, hlc, context };
  }

  /** Takes in what `prepare` has made, with nothing of its id having come between. */
  write(version: StoredVersion): void {
    this.#take(version);
  }

  /** A version that this transaction brings and no store holds yet. */
  brought(dot: Dot): StoredVersion | undefined {
    const record = this.#puts.get(versionKey(dot));
    return record && decodeStored(record).version;
  }

  /** A version from a peer: S1 ignores one that is covered already, held or not. */
  receive(version: StoredVersion): Reception {
    if (this.covers(version.dot)) return "known";
    const { clock, skewed } = receiveHlc(this.#clock, version.hlc, this.#nowMs);
    this.#clock = clock;
    this.skewed ||= skewed;
    if (this.#take(version) && isConflict(this.siblings(version.id))) this.conflicts.add(version.id);
    return "new";
  }

  covers(dot: Dot): boolean {
    return this.#newDots.has(dotKey(dot)) || this.context.covers(dot);
  }

  /** Whether all of `dots` is held, dominated or collected, as of this transaction. */
  coversAll(dots: CausalContext): boolean {
    this.#settleDots();
    return this.context.coversAll(dots);
  }

  /** All that is held, dominated or collected, as of this transaction. */
  get covered(): CausalContext {
    this.#settleDots();
    return this.context;
  }

  /** The held versions among `dots`, as (dot, id), as of this transaction. */
  *heldAmong(dots: CausalContext): Iterable<readonly [Dot, string]> {
    for (const entry of this.#state.heldAmong(dots)) if (!this.#siblings.has(entry[1])) yield entry;
    for (const [id, siblings] of this.#siblings) for (const { dot } of siblings) if (dots.covers(dot)) yield [dot, id];
  }

  /** S1: what is left of a damaged store claims what it holds, and is a voter only once it has been enrolled again (Q3). In steps, as all of it is gone through. */
  *resetContext(): Generator<undefined, void, unknown> {
    const untouched = yield* claimOf(this.#state.held, ({ id }) => !this.#siblings.has(id));
    this.#newDots.clear();
    this.context = untouched.with([...this.#siblings.values()].flat().map(({ dot }) => dot));
    this.horizon = CausalContext.EMPTY;
    this.#restartsCounter = true;
  }

  /** How often the context has shrunk since the store was opened, as of this transaction. */
  get resets(): number {
    return this.#state.resets + Number(this.#restartsCounter);
  }

  /** S5: joins a session's snapshot. */
  joinContext(context: CausalContext, horizon: CausalContext): void {
    this.#settleDots();
    this.context = this.context.join(context);
    this.horizon = this.horizon.join(horizon);
  }

  get lineages(): ReadonlyMap<LineageId, LineageState> {
    return this.#lineages;
  }

  /** The active record of the home lineage, as of this transaction. */
  get replicaSet(): ReplicaSetRecord {
    return activeRecord(this);
  }

  keepLineage(state: LineageState): void {
    this.#lineages = new Map(this.#lineages).set(state.active.lineage, state);
  }

  dropLineage(lineage: LineageId): void {
    const lineages = new Map(this.#lineages);
    lineages.delete(lineage);
    this.#lineages = lineages;
  }

  keepCounters(counters: readonly SeenCounter[]): void {
    this.#seenCounters = counters;
  }

  keepLeases(leases: readonly Lease[]): void {
    this.#leases = leases;
  }

  /**
   * Siblings that go without being dominated: tombstones that are collected (C9), and what a repair or damage takes out (S8, S1). Readers
   * of `changes` that have not come this far find no trace of them, and have to begin anew.
   */
  forget(id: string, gone: ReadonlySet<IndexedVersion>): void {
    const kept: IndexedVersion[] = [];
    for (const sibling of this.siblings(id)) {
      if (gone.has(sibling)) {
        this.#drop(versionKey(sibling.dot));
        // Whoever was told of a tombstone knows all; that a write is gone is news.
        if (!sibling.tombstone) this.#revision++;
        this.#forgottenRevision = Math.max(
          this.#forgottenRevision,
          sibling.tombstone ? sibling.revision : this.#revision,
        );
      } else kept.push(sibling);
    }
    this.#siblings.set(id, kept);
  }

  /** Whether nothing has changed that peers could hear of. */
  get isEmpty(): boolean {
    const { context, lineages } = this.#state;
    return this.#puts.size + this.#deletes.size === 0 && this.context === context && this.#lineages === lineages;
  }

  /** What the store has to write. `undefined`: nothing has changed. */
  batch(strict: boolean): StoreBatch | undefined {
    this.#settleDots();
    const state = this.#state;
    const puts: [string, Uint8Array][] = [...this.#puts];
    for (const [origin, intervals] of this.context.changedSince(state.context))
      puts.push([contextKey(origin), encodeIntervals(intervals)]);
    for (const [origin, intervals] of this.horizon.changedSince(state.horizon))
      puts.push([HORIZON_PREFIX + origin, encodeIntervals(intervals)]);
    const deletes = [...this.#deletes];
    // Only a reset ever takes an origin out of a context.
    for (const origin of this.#restartsCounter ? state.context.origins.keys() : [])
      if (!this.context.origins.has(origin)) deletes.push(contextKey(origin));
    for (const origin of this.#restartsCounter ? state.horizon.origins.keys() : [])
      if (!this.horizon.origins.has(origin)) deletes.push(HORIZON_PREFIX + origin);
    if (this.nodeId !== state.nodeId) puts.push([NODE_KEY, encodeJsonRecord({ nodeId: this.nodeId })]);
    if (this.home !== state.home || this.#lineages !== state.lineages)
      puts.push([REPLICA_SETS_KEY, encodeJsonRecord(storedLineages(this))]);
    if (this.#seenCounters !== undefined) puts.push([COUNTERS_KEY, encodeJsonRecord(this.#seenCounters)]);
    if (this.#leases !== undefined) puts.push([LEASES_KEY, encodeJsonRecord(this.#leases)]);
    if (puts.length === 0 && deletes.length === 0 && !(strict && state.relaxedPending)) return undefined;
    puts.push([
      PROGRESS_KEY,
      encodeJsonRecord({
        counter: this.#counter(strict),
        revision: this.#revision,
        forgottenRevision: this.#forgottenRevision,
        openings: state.openings,
        relaxedPending: !strict,
        clock: this.#clock,
        sums: sumsOf(this, this.#versionSum()),
      }),
    ]);
    return { puts, deletes };
  }

  /** The transaction is durable: the state becomes what the draft says. `wrote`: there was something to store. */
  apply(strict: boolean, wrote: boolean): void {
    if (!wrote) return;
    const state = this.#state;
    state.resets = this.resets;
    state.nodeId = this.nodeId;
    state.context = this.context;
    state.horizon = this.horizon;
    state.clock = maxHlc(state.clock, this.#clock);
    state.counter = this.#counter(strict);
    state.revision = this.#revision;
    state.forgottenRevision = this.#forgottenRevision;
    state.home = this.home;
    state.lineages = this.#lineages;
    state.relaxedPending = !strict;
    for (const [id, siblings] of this.#siblings) state.setSiblings(id, siblings);
  }

  isVisible(id: string): boolean {
    return isVisible(this.siblings(id));
  }

  /** Returns whether the siblings have changed. */
  #take(version: StoredVersion): boolean {
    const before = this.siblings(version.id);
    this.#newDots.set(dotKey(version.dot), version.dot);
    const { vector: _vector, metadata: _metadata, document: _document, signature: _signature, ...stamp } = version;
    const revision = this.#revision + 1;
    const record = encodeStored(version, revision);
    const after = joinSiblings(before, { ...stamp, revision, hash: hashOfStored(record) });
    if (after === before) return false;
    this.#revision = revision;
    // A damaged record may come back in the very transaction that takes it out.
    this.#deletes.delete(versionKey(version.dot));
    this.#puts.set(versionKey(version.dot), record);
    if (after.length <= before.length) {
      const kept = new Set(after);
      for (const sibling of before) if (!kept.has(sibling)) this.#drop(versionKey(sibling.dot));
    }
    this.#siblings.set(version.id, after);
    this.changed.add(version.id);
    return true;
  }

  #versionSum(): readonly [number, number] {
    const sum = new DotSum(this.#state.versionSum);
    for (const [id, siblings] of this.#siblings) {
      for (const { dot } of this.#state.siblings(id)) sum.toggle(dot);
      for (const { dot } of siblings) sum.toggle(dot);
    }
    return sum.value;
  }

  #counter(strict: boolean): number {
    return this.#restartsCounter ? 0 : this.#state.counter + Number(strict);
  }

  #drop(key: string): void {
    if (!this.#puts.delete(key)) this.#deletes.add(key);
  }

  /** Dots are collected and added together: a context is copied once a transaction, not once a dot. */
  #settleDots(): void {
    if (this.#newDots.size === 0) return;
    this.context = this.context.with(this.#newDots.values());
    this.#newDots.clear();
  }
}

function tooManyWriters(id: string): Error {
  const message = `More than ${MAX_VERSION_CONTEXT} openings of stores have written the id "${id}". Use another id.`;
  return replicationError("invalid-entry", message, { id });
}
