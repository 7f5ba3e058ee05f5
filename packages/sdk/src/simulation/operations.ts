import { dotName, nodeIdOf, isCovered, recordOf } from "./stored-image.ts";
import { isReplicationError, type ReplicationError } from "../core/replication-error.ts";
import type { Disk } from "./disk.ts";
import type { Dot } from "../core/dot.ts";
import type { Life } from "./clock.ts";
import type { LineageId, NodeId } from "../core/node-id.ts";
import { SyncReportCheck } from "./sync-report.ts";
import type { StoredEntry } from "../replicator/entry-reader.ts";
import type { World } from "./world.ts";
import type { ConsistencyLevel, QuorumLevel } from "../core/consistency-level.ts";
import type { SyncReport, WriteReceipt } from "../core/effects.ts";

/** Errors that a call may honestly end with in a run of these faults. */
const HONEST: ReadonlySet<string> = new Set([
  "quorum-unavailable",
  "quorum-timeout",
  "storage-full",
  "closed",
  "aborted",
  "replica-not-found",
  "replica-set-full",
  "sync-incomplete",
  "session-not-satisfied",
  "entry-not-found",
]);

interface Open {
  readonly what: string;
  readonly life: Life | undefined;
  readonly since: number;
}

/** The machine of the user who calls. */
export interface Caller {
  readonly name: string;
  readonly index: number;
  readonly life: Life | undefined;
  readonly disk: Disk;
  /** Whether this error is what damage has to lead to. */
  cannotMend(error: unknown): boolean;
}

/** The calls that one machine's user has made, and whether what they were told is true (P4). */
export class Operations {
  /** Dots whose acknowledgements were not waited for to the end: to be confirmed. */
  readonly unconfirmed: (readonly Dot[])[] = [];
  readonly #world: World;
  readonly #machine: Caller;
  readonly #open = new Set<Open>();

  constructor(world: World, machine: Caller) {
    this.#world = world;
    this.#machine = machine;
  }

  /** How many calls nobody has answered yet. */
  get openCalls(): number {
    return this.#open.size;
  }

  /** Calls that have not been answered, though their process lives. */
  get hanging(): string[] {
    return [...this.#open]
      .filter(({ life }) => life?.ended !== true)
      .map(({ what, since }) => `${this.#machine.name}: ${what}, called at ${since.toFixed(0)}, has not been answered`);
  }

  track<T>(what: string, call: Promise<T>, then: (result: T) => void = () => undefined): void {
    const open: Open = { what, life: this.#machine.life, since: this.#world.clock.now };
    this.#open.add(open);
    call.then(
      (result) => {
        this.#open.delete(open);
        this.#world.trace.note(() => `${this.#machine.name} ${what}: done`);
        then(result);
      },
      (error: unknown) => {
        this.#open.delete(open);
        this.#world.trace.note(() => `${this.#machine.name} ${what}: ${String(error)}`);
        this.#checkError(what, error);
      },
    );
  }

  /** A write or a confirmation. @param deleted the id, of a deletion */
  trackWrite(what: string, level: ConsistencyLevel, call: Promise<WriteReceipt>, deleted?: string): void {
    const { clock, history } = this.#world;
    const invokedAt = clock.now;
    this.track(what, call, (receipt) => {
      this.#checkReceipt(what, level, receipt, invokedAt);
      history.begun(receipt);
      if (level !== "one") history.written(invokedAt, clock.now, receipt, deleted);
      else if (receipt.ordered) this.#lie(what, "says that it is ordered");
    });
  }

  /** A read at `quorum` or `all`. One during which this store's lineage has changed is left out: its caller cannot tell in which it was. */
  trackRead(id: string, level: QuorumLevel, call: Promise<StoredEntry | undefined>): void {
    const { clock, history, trace, witness } = this.#world;
    const what = `get ${id} at ${level}`;
    const invokedAt = clock.now;
    const lineage = recordOf(this.#machine.disk.image)?.lineage;
    const calledBy = nodeIdOf(this.#machine.disk.image);
    this.track(what, call, (entry) => {
      trace.note(() => `${this.#machine.name} ${what}: ${entry?.dots.map(dotName).join(" ") ?? "nothing"}`);
      const names = new Set([calledBy, nodeIdOf(this.#machine.disk.image)].filter((name) => name !== undefined));
      witness.checkCount(this.#machine.index, id, this.#required(level), invokedAt, names);
      if (lineage === undefined || recordOf(this.#machine.disk.image)?.lineage !== lineage) return;
      history.read({ id, invokedAt, returnedAt: clock.now, lineage }, entry);
    });
  }

  trackSync(peer: Caller, call: Promise<SyncReport>): void {
    const what = `forceSync with ${peer.name}`;
    const check = new SyncReportCheck(this.#machine, peer);
    this.track(what, call, (report) => {
      for (const fault of check.faults(report)) this.#lie(what, fault);
    });
  }

  #checkReceipt(what: string, level: ConsistencyLevel, receipt: WriteReceipt, invokedAt: number): void {
    const { ledger, trace } = this.#world;
    const { acks, dots, required, lineage, epoch } = receipt;
    trace.note(() => `${this.#machine.name} ${what}: acknowledged by ${acks.map((ack) => ack.slice(0, 4)).join(",")}`);
    const record = ledger.records.get(`${lineage} epoch ${epoch}`);
    const expected = this.#required(level);
    if (required !== expected) this.#lie(what, `requires ${required}, not ${expected}`);
    if (new Set(acks).size !== acks.length || acks.length < required)
      this.#lie(what, `has too few acks of ${required}`);
    if (record === undefined) this.#lie(what, `names an epoch that never was: ${lineage} ${epoch}`);
    // A decider that was copied or restored may have made two records of one epoch.
    const voters = level === "one" || ledger.lostStores.size > 0 ? undefined : record?.voters;
    for (const ack of acks) {
      if (voters?.some((voter) => voter.nodeId === ack) === false)
        this.#lie(what, `counts ${ack}, which is no voter of epoch ${epoch}`);
      this.#mustHold(what, ack, dots);
    }
    if (level === "one") return;
    const ref = { lineage: lineage as LineageId, epoch };
    const forgetful = this.#world.counters.forgetful(this.#machine.life, acks, invokedAt, ref);
    if (forgetful !== undefined) this.#world.ledger.violation(`Q3: ${what} counts ${forgetful}, which has forgotten`);
    for (const dot of dots) ledger.acknowledge({ dot, lineage: lineage as LineageId });
  }

  #checkError(what: string, error: unknown): void {
    if (!isReplicationError(error) || !(HONEST.has(error.code) || this.#machine.cannotMend(error))) {
      this.#lie(what, `failed by ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return;
    }
    if (error.code === "quorum-timeout") for (const ack of error.acks) this.#mustHold(what, ack, error.dots);
    if (error.code !== "quorum-timeout" && error.code !== "quorum-unavailable") return;
    if (what.startsWith("confirm") || what.startsWith("add") || what.startsWith("remove")) return;
    this.#mustBeStoredHere(what, error);
    if (error.dots.length > 0) this.unconfirmed.push(error.dots);
  }

  /** "The write is in the local store": or was, till its disk was damaged, and what is left of it claims only what it holds (S1). */
  #mustBeStoredHere(what: string, error: Extract<ReplicationError, { readonly dots: readonly Dot[] }>): void {
    const { flushed } = this.#machine.disk;
    const { lostStores, flushedBy, versions } = this.#world.ledger;
    const nodeId = nodeIdOf(flushed);
    const wasDamaged = nodeId !== undefined && lostStores.has(nodeId);
    // What was overwritten within the transaction that reset the context was on no disk by itself.
    const wasStored = (dot: Dot): boolean =>
      wasDamaged && (flushedBy.get(nodeId)?.has(dotName(dot)) === true || !versions.has(dotName(dot)));
    for (const dot of error.dots)
      if (!isCovered(flushed, dot) && !wasStored(dot))
        this.#lie(what, `says ${dotName(dot)} is in the local store, and it is not`);
  }

  #mustHold(what: string, nodeId: NodeId, dots: readonly Dot[]): void {
    const flushed = this.#world.ledger.flushedBy.get(nodeId);
    for (const dot of dots)
      if (flushed?.has(dotName(dot)) !== true)
        this.#lie(what, `counts ${nodeId.slice(0, 4)}, whose disk has never held ${dotName(dot)}`);
  }

  #lie(what: string, text: string): void {
    const nodeId = nodeIdOf(this.#machine.disk.image)?.slice(0, 4);
    this.#world.ledger.violation(`P4: ${this.#machine.name} (${nodeId}) ${what} ${text}`);
  }

  /** Q2. */
  #required(level: ConsistencyLevel): number {
    const { replicationFactor } = this.#world.plan;
    if (level === "one") return 1;
    return level === "quorum" ? Math.floor(replicationFactor / 2) + 1 : replicationFactor;
  }
}
