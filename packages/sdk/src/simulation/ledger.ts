import {
  coveredOn,
  type DotName,
  dotName,
  dotNameOfKey,
  heldOn,
  lineagesIn,
  lineagesOn,
  nodeIdOf,
  stampOf,
} from "./stored-image.ts";
import { ContextHistories } from "./context-histories.ts";
import { collectionFault, durabilityFault, collects } from "./collected.ts";
import type { Disk, DiskWatcher } from "./disk.ts";
import type { LineageId, NodeId, Origin } from "../core/node-id.ts";
import { DocumentWitness } from "./document-witness.ts";
import type { LineageState } from "../core/lineage-state.ts";
import type { CommitBatch } from "../ports/storage.ts";
import { CONTEXT_PREFIX, REPLICA_SETS_KEY } from "../core/store-layout.ts";
import type { ReplicaSetRecord } from "../core/replica-set.ts";
import type { VersionStamp } from "../core/version.ts";
import { isWithin } from "../core/version-vector.ts";

/** A write as it came into the world. */
export interface KnownVersion {
  readonly stamp: VersionStamp;
  /** All writes to its id that its writer had seen, in truth, whatever its context says. */
  readonly seen: ReadonlySet<DotName>;
  /** When it came onto a disk first. */
  readonly since: number;
}

export interface AcknowledgedWrite {
  readonly dot: { readonly origin: Origin; readonly seq: number };
  readonly lineage: LineageId;
}

/** Of a store in which a bit has decayed: that may be found out at any time. */
export const FOR_GOOD: number = Number.POSITIVE_INFINITY;

/**
 * What has happened in truth, seen from outside: it watches the disks and believes nothing that a replica says. Domination is
 * worked out here once more, from what writers had on their disks.
 */
export class Ledger implements DiskWatcher {
  readonly versions: Map<DotName, KnownVersion> = new Map();
  /** Tombstones that some store has collected. */
  readonly collected: Map<DotName, KnownVersion> = new Map();
  /** The records that have been on any disk: at most one for each (lineage, epoch). */
  readonly records: Map<string, ReplicaSetRecord> = new Map();
  /** Others of the same (lineage, epoch), as text: a decider that was copied or restored decides anew (seed 35515). */
  readonly rivalRecords: Map<string, ReplicaSetRecord> = new Map();
  /** What retired lineages have gone into, as the first that moved over says. */
  readonly retiredInto: Map<LineageId, LineageId> = new Map();
  /** What each store has ever covered beyond the reach of a power cut. */
  readonly flushedBy: Map<NodeId, Set<DotName>> = new Map();
  quorumWrites: readonly AcknowledgedWrite[] = [];
  /** Histories of an id that were too much to search whole, and have been judged by a beginning of theirs. */
  undecidedOrders = 0;
  /** Writes that have ever been acknowledged at quorum or all. */
  acknowledged = 0;
  /** Stores that have been evicted, restored from a backup, copied or damaged, and when they last were: what they held may be lost. */
  readonly lostStores: Map<NodeId, number> = new Map();
  /** When the first of them was; Infinity: none has been. */
  firstLossAt: number = Number.POSITIVE_INFINITY;
  /** Origins of a peer that lies: whose writes have seen what they say, and not what was on the disk that first took them. */
  readonly forged: Set<Origin> = new Set();
  /** The disk from which each origin's writes have come: the first that claimed one (S7). */
  readonly #writers = new Map<Origin, Disk>();
  readonly violations: string[] = [];
  readonly contexts: ContextHistories = new ContextHistories();
  /** Called with what P1 begins to promise: a write when it is acknowledged, and all of them when an epoch begins or a lineage ends. */
  onPromise: ((writes: readonly AcknowledgedWrite[]) => void) | undefined;
  /** Who is leased on a disk (C9), for certain. */
  readonly #leasedOn: (disk: Disk) => ReadonlySet<NodeId>;
  /** Lineages that went into one of lost voters. */
  readonly #unpromised = new Set<LineageId>();
  /** When each record came onto a disk first. */
  readonly #metAt = new Map<string, number>();
  /** The newest epoch of each lineage that any disk says is active. */
  readonly #active = new Map<LineageId, ReplicaSetRecord>();
  readonly #held = new Map<Disk, Map<string, Set<DotName>>>();
  readonly #documents = new DocumentWitness((text) => this.violation(text));
  readonly #now: () => number;
  /** How many disks go by a name. */
  readonly #storesNamed: (nodeId: NodeId) => number;

  constructor(
    now: () => number,
    leasedOn: (disk: Disk) => ReadonlySet<NodeId>,
    storesNamed: (nodeId: NodeId) => number,
  ) {
    this.#now = now;
    this.#leasedOn = leasedOn;
    this.#storesNamed = storesNamed;
  }

  get renewals(): number {
    return this.#documents.renewals;
  }

  violation(text: string): void {
    this.violations.push(text);
  }

  applying(disk: Disk, batch: CommitBatch): void {
    this.contexts.applying(disk, batch);
    const held = this.#heldBy(disk);
    for (const [key] of batch.puts) {
      const origin = key.startsWith(CONTEXT_PREFIX) ? (key.slice(CONTEXT_PREFIX.length) as Origin) : undefined;
      if (origin !== undefined && !this.#writers.has(origin)) this.#writers.set(origin, disk);
    }
    for (const [key, value] of batch.puts) {
      const name = dotNameOfKey(key);
      if (name !== undefined) this.#meet(disk, name, value, held);
      else if (key === REPLICA_SETS_KEY) for (const state of lineagesIn(value).lineages) this.#meetLineage(state);
    }
    for (const [key, value] of batch.puts) {
      const name = dotNameOfKey(key);
      if (name === undefined) continue;
      const { id } = this.versions.get(name)?.stamp ?? stampOf(value);
      const ofId = held.get(id);
      if (ofId === undefined) held.set(id, new Set([name]));
      else ofId.add(name);
    }
    for (const key of batch.deletes) {
      const name = dotNameOfKey(key);
      if (name !== undefined) held.get(this.versions.get(name)?.stamp.id ?? "")?.delete(name);
    }
    for (const key of batch.deletes) this.#noteCollection(disk, batch, dotNameOfKey(key), held);
  }

  durable(disk: Disk): void {
    const nodeId = nodeIdOf(disk.flushed);
    if (nodeId === undefined) return;
    // A store that has lost its identity takes another one, and keeps the damage, which may be found at any time.
    if (disk.hasFlips && this.lostStores.get(nodeId) !== FOR_GOOD) this.storeLost(nodeId, FOR_GOOD);
    const flushed = this.flushedBy.get(nodeId) ?? new Set();
    for (const name of coveredOn(disk.flushed)) flushed.add(name);
    this.flushedBy.set(nodeId, flushed);
    let isTurned = false;
    for (const { active, retiredInto } of lineagesOn(disk.flushed)) {
      if (retiredInto !== undefined && !this.retiredInto.has(active.lineage)) {
        this.#retired(active.lineage, retiredInto);
        isTurned = true;
      }
      const known = this.#active.get(active.lineage);
      if (known !== undefined && active.epoch <= known.epoch) continue;
      this.#active.set(active.lineage, active);
      isTurned = true;
    }
    if (isTurned) this.onPromise?.(this.quorumWrites);
  }

  /** The disk's content has been changed from outside. */
  replaced(disk: Disk): void {
    this.contexts.replaced(disk);
    this.#held.delete(disk);
  }

  acknowledge(write: AcknowledgedWrite): void {
    this.acknowledged++;
    const record = this.activeRecord(write.lineage);
    if (record === undefined || this.lostVoters(record) > minorityOf(record)) return;
    if (this.#unpromised.has(write.lineage)) return;
    // A restored backup may bring a lineage back that has long been retired.
    if (this.retiredInto.has(write.lineage) && this.lostStores.size > 0) return;
    this.quorumWrites = [...this.quorumWrites, write];
    this.onPromise?.([write]);
  }

  /** A store's content is gone, or no longer its own. What more than a minority of its voters have lost is promised no more. */
  storeLost(nodeId: NodeId, at: number = this.#now()): void {
    this.lostStores.set(nodeId, Math.max(at, this.lostStores.get(nodeId) ?? 0));
    this.firstLossAt = Math.min(this.firstLossAt, this.#now());
    this.quorumWrites = this.quorumWrites.filter(({ lineage }) => {
      const record = this.activeRecord(lineage);
      return record === undefined || this.lostVoters(record) <= minorityOf(record);
    });
  }

  /**
   * How many of its voters have lost something since they were enrolled. Who has been enrolled anew since counts like any other: that
   * epoch has begun with all that had been acknowledged on enough of its voters (Q3, Q6).
   */
  lostVoters({ lineage, voters }: ReplicaSetRecord): number {
    return voters.filter(({ nodeId, since }) => {
      const lostAt = this.lostStores.get(nodeId);
      return lostAt !== undefined && lostAt >= (this.#metAt.get(recordKey({ lineage, epoch: since })) ?? 0);
    }).length;
  }

  /** The newest active record of the lineage in which a lineage's writes live by now. */
  activeRecord(lineage: LineageId): ReplicaSetRecord | undefined {
    let current = lineage;
    for (let steps = 0; steps < this.retiredInto.size; steps++) current = this.retiredInto.get(current) ?? current;
    return this.#newestOf(current);
  }

  /** What is handed over to voters of whom a majority is lost, e.g. to a copy of the only one, is promised no more. */
  #retired(lineage: LineageId, into: LineageId): void {
    this.retiredInto.set(lineage, into);
    const heir = this.#newestOf(into);
    if (!this.#unpromised.has(into) && (heir === undefined || this.lostVoters(heir) <= minorityOf(heir))) return;
    this.#unpromised.add(lineage);
    this.quorumWrites = this.quorumWrites.filter((write) => !this.#unpromised.has(write.lineage));
  }

  #newestOf(lineage: LineageId): ReplicaSetRecord | undefined {
    return this.#active.get(lineage);
  }

  #meet(disk: Disk, name: DotName, value: Uint8Array, held: ReadonlyMap<string, ReadonlySet<DotName>>): void {
    if (this.versions.has(name)) return;
    const stamp = stampOf(value);
    const seen = new Set<DotName>();
    const see = (other: DotName): void => {
      seen.add(other);
      for (const earlier of this.versions.get(other)?.seen ?? []) seen.add(earlier);
    };
    // One that its writer has overwritten in the same transaction is first met on another's disk, whose content says nothing of it.
    const isWriters = this.#writers.get(stamp.dot.origin) === disk && !this.forged.has(stamp.dot.origin);
    if (isWriters) for (const other of held.get(stamp.id) ?? []) see(other);
    for (const [origin, seq] of stamp.context) {
      see(dotName({ origin, seq }));
      // Who collects its own tombstone and writes the id again names the newer dot alone, and means both (C4). What the tombstone had seen only the
      // horizon tells, which damage takes (seed 29771); the tombstone itself the new write dominates, whatever is lost (seed 33839).
      for (const [earlier, { stamp: gone }] of this.collected) {
        if (gone.id !== stamp.id || gone.dot.origin !== origin || gone.dot.seq >= seq) continue;
        if (!disk.hasFlips) see(earlier);
        else if (isWithin(gone.context, stamp.context)) seen.add(earlier);
      }
    }
    this.versions.set(name, { stamp, seen, since: this.#now() });
    if (this.forged.has(stamp.dot.origin)) return;
    const cut = this.#documents.met(stamp, value);
    const fault = cut && isWriters ? durabilityFault(this, disk.image, cut, this.#leasedOn(disk)) : undefined;
    if (cut && fault)
      this.violation(`C11: ${disk.name} leaves the history before ${dotName(cut)} behind, and ${fault}`);
  }

  #meetLineage({ active, decided }: LineageState): void {
    this.#meetRecord(active);
    if (decided !== undefined) this.#meetRecord(decided);
  }

  #meetRecord(record: ReplicaSetRecord): void {
    const key = recordKey(record);
    const known = this.records.get(key);
    if (known === undefined) {
      this.records.set(key, record);
      this.#metAt.set(key, this.#now());
      this.#checkVoters(key, record);
      // Who is enrolled while copies go by its name, met or not (C1), may lose what it acknowledges with that name (seed 45827).
      for (const { nodeId, since } of record.voters)
        if (since === record.epoch && this.lostStores.has(nodeId) && this.#storesNamed(nodeId) > 1)
          this.storeLost(nodeId);
    } else if (canonical(known) !== canonical(record)) {
      this.rivalRecords.set(canonical(record), record);
      // A decider that has lost its store decides anew what it had decided: that takes Paxos to prevent (Q6).
      if (this.lostStores.size === 0)
        this.violation(`two replica sets in ${key}: ${canonical(known)} and ${canonical(record)}`);
    }
  }

  /** Q1: not more voters than were asked for, and of one device one. */
  #checkVoters(key: string, { voters, replicationFactor, distinctDevices }: ReplicaSetRecord): void {
    if (voters.length > replicationFactor)
      this.violation(`Q1: ${voters.length} voters in ${key}, of ${replicationFactor}`);
    if (distinctDevices && new Set(voters.map((voter) => voter.deviceId)).size < voters.length)
      this.violation(`Q1: two voters on one device in ${key}`);
  }

  #noteCollection(
    disk: Disk,
    batch: CommitBatch,
    name: DotName | undefined,
    held: ReadonlyMap<string, ReadonlySet<DotName>>,
  ): void {
    const version = name === undefined ? undefined : this.versions.get(name);
    if (name === undefined || version === undefined || this.collected.has(name)) return;
    const successors = [...(held.get(version.stamp.id) ?? [])];
    if (successors.some((other) => this.versions.get(other)?.seen.has(name) === true)) return;
    if (!collects(disk.image, batch, version)) return;
    const fault = collectionFault(this, disk.image, version, this.#leasedOn(disk));
    if (fault !== undefined) this.violation(`C9: ${disk.name} collects ${name}, and ${fault}`);
    this.collected.set(name, version);
  }

  #heldBy(disk: Disk): Map<string, Set<DotName>> {
    let held = this.#held.get(disk);
    if (held === undefined) {
      held = new Map();
      for (const [name, { id }] of heldOn(disk.image)) {
        const ofId = held.get(id);
        if (ofId === undefined) held.set(id, new Set([name]));
        else ofId.add(name);
      }
      this.#held.set(disk, held);
    }
    return held;
  }
}

export function recordKey({ lineage, epoch }: Pick<ReplicaSetRecord, "lineage" | "epoch">): string {
  return `${lineage} epoch ${epoch}`;
}

/** How many voters' stores may be lost. */
export function minorityOf(record: ReplicaSetRecord): number {
  return Math.floor((record.voters.length - 1) / 2);
}

/** A record as text: what came over the network has its fields in another order. */
export function canonical(record: ReplicaSetRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
