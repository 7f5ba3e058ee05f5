import { asReadError } from "./read-errors.ts";
import { type Dot, dotKey, sameDot } from "./dot.ts";
import type { Environment } from "./environment.ts";
import type { IndexedVersion } from "./held-versions.ts";
import type { Input, OperationId, Outcome } from "./effects.ts";
import type { LineageId } from "./node-id.ts";
import { loadSiblings } from "./sibling-loader.ts";
import { pack } from "./packing.ts";
import { type LivePush, PUSH_BYTES } from "./live-push.ts";
import type { ReadPhase, Replies } from "./read-phase.ts";
import { requiredAcks } from "./replica-set.ts";
import type { StoredVersion } from "./version.ts";
import { unreadable } from "./mending.ts";
import type { WriteQuorum } from "./write-quorum.ts";

type Read = Extract<Input, { readonly type: "read" }>;

/**
 * Reads at `quorum` and `all` (Q9): what enough voters hold is joined with what this store holds, and is on as many voters before it
 * is told, so that no later read can miss it.
 *
 * Invariant: all of a read happens in one lineage; when that changes, the read begins anew.
 */
export class ReadQuorum {
  readonly #env: Environment;
  readonly #phase: ReadPhase;
  readonly #quorum: WriteQuorum;
  readonly #livePush: LivePush;
  /** All that have not been answered. */
  readonly #reads = new Map<OperationId, Read>();
  /** Those whose write-back is being acknowledged, and in which lineage. */
  readonly #writingBack = new Map<OperationId, LineageId>();
  /** Of those that are asked once more, what only this store held when it was asked first, and enough voters have acknowledged since. */
  readonly #acknowledged = new Map<OperationId, ReadonlySet<string>>();

  constructor(env: Environment, phase: ReadPhase, quorum: WriteQuorum, livePush: LivePush) {
    this.#env = env;
    this.#livePush = livePush;
    this.#phase = phase;
    this.#quorum = quorum;
  }

  begin(read: Read): void {
    this.#reads.set(read.op, read);
    this.#acknowledged.delete(read.op);
    this.#ask(read);
  }

  #ask(read: Read): void {
    this.#phase.begin({
      ...read,
      done: (replies) => this.#join(read, replies),
      failed: (error) => this.#settle(read, { kind: "failed", error }),
    });
  }

  abandon(op: OperationId): void {
    this.#reads.delete(op);
    this.#writingBack.delete(op);
    this.#acknowledged.delete(op);
  }

  /** Before the quorum counts on in the new epoch: in another lineage there is nothing to go on with. */
  recordChanged(): void {
    for (const [op, lineage] of this.#writingBack) {
      if (lineage === this.#env.state.replicaSet.lineage) continue;
      this.#quorum.abandon(op);
      this.#writingBack.delete(op);
      const read = this.#reads.get(op);
      if (read !== undefined) this.begin(read);
    }
  }

  /**
   * What the others hold and this store lacks becomes its own; the state then shows all together.
   * @param mended dots that were taken out as damaged for this read.
   */
  #join(read: Read, replies: Replies, mended: readonly Dot[] = []): void {
    this.#env.queue.push({
      size: replies.size,
      stage: (draft) => {
        replies.joinInto(draft);
        return false;
      },
      settle: () => this.#load(read, replies, mended),
      fail: (error) => this.#settle(read, { kind: "failed", error }),
    });
  }

  #load(read: Read, replies: Replies, mended: readonly Dot[]): void {
    loadSiblings(this.#env, read.ids, {
      loaded: (versions) => this.#finish(read, replies, versions),
      replaced: () => this.#load(read, replies, mended),
      unreadable: (versions) => this.#mend(read, replies, versions, mended),
    });
  }

  /** Damaged versions are taken out, and come back from the replies that bring them: once, or a store that garbles all would never end. */
  #mend(read: Read, replies: Replies, damaged: readonly IndexedVersion[], mended: readonly Dot[]): void {
    const dots = damaged.map((version) => version.dot);
    const ids = [...new Set(damaged.map((version) => version.id))];
    const fail = (cause: Error): void => this.#settle(read, { kind: "failed", error: unreadable(ids, cause) });
    if (dots.some((dot) => mended.some((other) => sameDot(dot, other)))) {
      fail(new Error("What was stored in its place cannot be read either."));
      return;
    }
    this.#env.mend(dots, (failure) => {
      if (failure === undefined) this.#join(read, replies, [...mended, ...dots]);
      else fail(failure);
    });
  }

  #finish(read: Read, replies: Replies, found: readonly StoredVersion[]): void {
    if (!this.#isWaiting(read)) return;
    const record = this.#env.state.replicaSet;
    if (record.lineage !== replies.lineage) {
      this.begin(read);
      return;
    }
    // C9: what was deleted and collected while this replica was away, voters say to have accounted for, and hold no more.
    const acknowledged = this.#acknowledged.get(read.op);
    const versions = found.filter(({ dot }) => replies.holds(dot) || acknowledged?.has(dotKey(dot)) !== true);
    const holders = replies.holdersOf(versions);
    if (holders.size >= requiredAcks(record, read.level)) {
      this.#settle(read, { kind: "versions", versions });
      return;
    }
    const { lineage } = record;
    for (const peer of this.#env.peers.values()) {
      if (holders.has(peer.nodeId) || !this.#quorum.isAskable(peer)) continue;
      for (const some of pack(versions, PUSH_BYTES))
        this.#env.emit({
          type: "send",
          link: peer.link,
          message: { type: "push", versions: some, ack: undefined, relayed: true },
        });
    }
    if ([...this.#env.distant.values()].some(({ nodeId }) => !holders.has(nodeId))) this.#livePush.spread(versions);
    this.#writingBack.set(read.op, lineage);
    const dots = versions.map((version) => version.dot);
    const settle = (outcome: Outcome): void => {
      if (outcome.kind === "failed") this.#settle(read, { kind: "failed", error: asReadError(outcome.error) });
      else this.#writtenBack(read, replies, versions);
    };
    this.#quorum.begin([{ ...read, dots, readIn: undefined, settle }], false);
  }

  /** An ack says that a dot is held or accounted for: of what nobody else held at first it is asked once more which. */
  #writtenBack(read: Read, replies: Replies, versions: readonly StoredVersion[]): void {
    const alone = versions.filter(({ dot, tombstone }) => !tombstone && !replies.holds(dot));
    this.#writingBack.delete(read.op);
    if (alone.length === 0 || !this.#isWaiting(read)) {
      this.#settle(read, { kind: "versions", versions });
      return;
    }
    const before = this.#acknowledged.get(read.op) ?? [];
    this.#acknowledged.set(read.op, new Set([...before, ...alone.map(({ dot }) => dotKey(dot))]));
    this.#ask(read);
  }

  #isWaiting(read: Read): boolean {
    return this.#reads.get(read.op) === read;
  }

  #settle(read: Read, outcome: Outcome): void {
    if (!this.#isWaiting(read)) return;
    this.abandon(read.op);
    this.#env.emit({ type: "settle", op: read.op, outcome });
  }
}
