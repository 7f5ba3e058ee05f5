import { BatchSender, MAX_UNACKNOWLEDGED_BATCHES } from "./batch-sender.ts";
import type { RepairBatch, RepairBegin, RepairBegun, RepairDone, RepairEnd, RepairMessage } from "./repair-messages.ts";
import { type DotRange, Reconciliation } from "./reconciliation.ts";
import type { Item, ItemList } from "./item-list.ts";
import { CausalContext } from "./causal-context.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { HeldWalk } from "./held-walk.ts";
import type { IndexedVersion } from "./held-versions.ts";
import { MAX_GROUP_VERSIONS } from "./commit-queue.ts";
import type { Peer } from "./peer.ts";
import { sameDot } from "./dot.ts";
import { ReconciliationTurns } from "./reconciliation-turns.ts";
import { replicationError } from "./replication-error.ts";

/** Items that the peer lacks and one task goes through, to drop them or not: some milliseconds. All of them are one transaction (S8). */
export const MAX_DROPS_PER_STEP = 500;

/** What a repair did here. */
export interface RepairResult {
  readonly joined: boolean;
  readonly gained: number;
  readonly dropped: number;
}

export interface RepairOutlet {
  noteDraft(draft: Draft): void;
  /** `theirs`: what the peer says of its side; `undefined`: the repair broke off. */
  over(ours: RepairResult, theirs: RepairResult | undefined): void;
}

/**
 * One side of a repair (S8). Both do the same, except that one begins.
 *
 * Invariant: list, context and horizon were taken at one moment, within one task: all three are references to what never changes, however
 * many tasks the comparison and the sending take. Nothing is dropped, and nothing joined, before the peer's versions are
 * durable here and both lists are compared; then all of it is one transaction. A repair that breaks off has dropped and joined nothing.
 */
export class RepairSession {
  readonly id: number;
  readonly peer: Peer;
  lastHeardAt: number;
  gained = 0;
  readonly #env: Environment;
  readonly #outlet: RepairOutlet;
  readonly #list: ItemList<IndexedVersion>;
  readonly #context: CausalContext;
  readonly #horizon: CausalContext;
  readonly #resets: number;
  readonly #reconciliation: Reconciliation<IndexedVersion>;
  readonly #turns: ReconciliationTurns;
  #theirs: CausalContext | undefined;
  #sender: BatchSender | undefined;
  #end: RepairEnd | undefined;
  /** Dots of the versions that this repair has brought: the peer holds them, listed or newer. */
  #brought: CausalContext = CausalContext.EMPTY;
  #waiting = 0;
  #finishing = false;
  #ours: RepairResult | undefined;
  #peers: RepairResult | undefined;
  #isOver = false;

  constructor(env: Environment, peer: Peer, id: number, outlet: RepairOutlet) {
    this.#env = env;
    this.peer = peer;
    this.id = id;
    this.lastHeardAt = env.now();
    this.#outlet = outlet;
    this.#list = env.state.held;
    this.#context = env.state.context;
    this.#horizon = env.state.horizon;
    this.#resets = env.state.resets;
    this.#reconciliation = new Reconciliation(this.#list);
    this.#turns = new ReconciliationTurns(this.#reconciliation);
  }

  begin(): void {
    this.#introduce("repair-begin", [this.#reconciliation.opening()]);
  }

  /** The peer's snapshot, in answer to `begin` or as the beginning. */
  onSnapshot(message: RepairBegin | RepairBegun): void {
    if (this.#theirs !== undefined) return;
    this.#theirs = message.context;
    if (message.type === "repair-begin") this.#introduce("repair-begun", this.#turns.take(message.ranges) ?? []);
    else this.onRanges(message.ranges);
    const walk = new HeldWalk(this.#list, this.#context.difference(message.context));
    this.#sender = new BatchSender(this.#env, message.context, walk, {
      send: (index, versions) => this.#send({ type: "repair-batch", repair: this.id, index, versions }),
      done: (complete) =>
        this.#send({ type: "repair-end", repair: this.id, complete, horizon: this.#env.state.horizon }),
    });
    this.#sender.advance();
  }

  onRanges(ranges: readonly DotRange[]): void {
    this.lastHeardAt = this.#env.now();
    if (this.#turns.isOver) return;
    const said = this.#turns.take(ranges);
    if (said !== undefined) this.#send({ type: "repair-ranges", repair: this.id, ranges: said });
    this.#evaluate();
  }

  /** Why no correct peer sends another batch now, or `undefined`. */
  get fault(): string | undefined {
    return this.#waiting >= MAX_UNACKNOWLEDGED_BATCHES
      ? "more unacknowledged batches than a repair may have"
      : undefined;
  }

  onBatch({ index, versions }: RepairBatch): void {
    this.lastHeardAt = this.#env.now();
    this.#waiting++;
    let fresh = 0;
    this.#env.queue.push({
      size: versions.length,
      stage: (draft) => {
        fresh = 0;
        for (const version of versions) if (draft.receive(version) === "new") fresh++;
        this.#outlet.noteDraft(draft);
        return false;
      },
      settle: () => {
        this.#waiting--;
        this.gained += fresh;
        this.#brought = this.#brought.with(versions.map((version) => version.dot));
        this.#send({ type: "repair-batch-ack", repair: this.id, index });
        this.#evaluate();
      },
      fail: () => this.#conclude({ joined: false, dropped: 0 }),
    });
  }

  onBatchAck(): void {
    this.lastHeardAt = this.#env.now();
    this.#sender?.acknowledge();
  }

  onEnd(message: RepairEnd): void {
    this.lastHeardAt = this.#env.now();
    this.#end ??= message;
    this.#evaluate();
  }

  onDone({ joined, gained, dropped }: RepairDone): void {
    this.lastHeardAt = this.#env.now();
    this.#peers ??= { joined, gained, dropped };
    // A side that has failed sends nothing more.
    if (!joined && this.#end === undefined) this.#conclude({ joined: false, dropped: 0 });
    this.#close();
  }

  /** Gives up without a word; the peer's time-out, or the broken link, tells it. */
  breakOff(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outlet.over(this.#ours ?? { joined: false, gained: this.gained, dropped: 0 }, undefined);
  }

  /** The one step that decides whether both lists are compared and all that the peer has to send is durable here. */
  #evaluate(): void {
    const [theirs, end] = [this.#theirs, this.#end];
    if (this.#isOver || this.#finishing || theirs === undefined || end === undefined) return;
    if (!this.#turns.isOver || this.#waiting > 0) return;
    this.#finishing = true;
    this.#tellDiffering(this.#reconciliation.differing);
    let result = { joined: false, dropped: 0 };
    this.#env.queue.push({
      // However many are dropped: staged in steps, it goes alone.
      size: MAX_GROUP_VERSIONS,
      stage: (draft) => {
        result = { joined: false, dropped: 0 };
        const sound =
          draft.resets === this.#resets &&
          end.complete &&
          theirs.coversAll(end.horizon) &&
          !this.#hasStrangers(draft, theirs);
        if (!sound) return false;
        result.joined = true;
        return this.#dropInSteps(draft, theirs, end.horizon, result);
      },
      settle: () => this.#conclude(result),
      fail: () => this.#conclude({ joined: false, dropped: 0 }),
    });
  }

  /**
   * Whether a version has come in since the snapshot, not by this repair, that the peer's snapshot context covers: the comparison
   * does not know whether the peer held it.
   */
  #hasStrangers(draft: Draft, theirs: CausalContext): boolean {
    const since = draft.covered.difference(this.#context);
    const unknown = since.difference(since.difference(theirs)).difference(this.#brought);
    return !unknown.isEmpty && !draft.heldAmong(unknown)[Symbol.iterator]().next().done;
  }

  /** S8: what the peer has seen and holds no more goes here too; tombstones stay until they are collected here (C9). */
  *#dropInSteps(
    draft: Draft,
    theirs: CausalContext,
    horizon: CausalContext,
    result: { dropped: number },
  ): Generator<undefined, boolean> {
    let looks = 0;
    for (const { dot, id } of this.#reconciliation.lackedByPeer()) {
      if (looks++ === MAX_DROPS_PER_STEP) {
        looks = 1;
        yield undefined;
      }
      if (!theirs.covers(dot)) continue;
      const live = draft.siblings(id).filter((held) => !held.tombstone && sameDot(held.dot, dot));
      if (live.length === 0) continue;
      draft.forget(id, new Set(live));
      draft.changed.add(id);
      result.dropped++;
    }
    draft.joinContext(theirs, horizon);
    return false;
  }

  #conclude({ joined, dropped }: { readonly joined: boolean; readonly dropped: number }): void {
    if (this.#isOver || this.#ours !== undefined) return;
    this.#ours = { joined, gained: this.gained, dropped };
    this.#send({ type: "repair-done", repair: this.id, ...this.#ours });
    this.#close();
  }

  /** Over when both sides have concluded: until then this side may still have to send. */
  #close(): void {
    if (this.#isOver || this.#ours === undefined || this.#peers === undefined) return;
    this.#isOver = true;
    this.#outlet.over(this.#ours, this.#peers);
  }

  #introduce(type: "repair-begin" | "repair-begun", ranges: readonly DotRange[]): void {
    this.#send({ type, repair: this.id, context: this.#context, horizon: this.#horizon, ranges });
  }

  #tellDiffering(items: readonly Item[]): void {
    if (items.length === 0) return;
    const names = items.slice(0, MAX_NAMED).map(({ dot }) => `${dot.origin}/${dot.seq}`);
    const message = `Replica ${this.peer.nodeId} holds something else under ${items.length} writes (${names.join(", ")}): one of the two stores is damaged. Neither is dropped.`;
    this.#env.emit({
      type: "notice",
      notice: { type: "error", error: replicationError("storage-corrupt", message, {}) },
    });
  }

  #send(message: RepairMessage): void {
    if (!this.#isOver) this.#env.emit({ type: "send", link: this.peer.link, message });
  }
}

/** Names in a message that people read. */
const MAX_NAMED = 5;
