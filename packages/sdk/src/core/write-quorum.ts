import type { Ack, EpochRef } from "./messages.ts";
import { isVoter, requiredAcks, type ReplicaSetRecord } from "./replica-set.ts";
import type { OperationId, Outcome, WriteReceipt } from "./effects.ts";
import { CausalContext } from "./causal-context.ts";
import type { Dot } from "./dot.ts";
import { correspondents, type Environment, withinReach } from "./environment.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import type { Correspondent } from "./peer.ts";
import type { QuorumLevel } from "./consistency-level.ts";
import { replicationError } from "./replication-error.ts";
import { sessionToken } from "./session-token.ts";

/** A caller who waits for acknowledgements. */
export interface PendingWrite {
  readonly op: OperationId;
  readonly dots: readonly Dot[];
  readonly level: QuorumLevel;
  readonly deadline: number;
  /** The lineage in which these ordered writes have read; `undefined`: they have not (Q9). */
  readonly readIn: LineageId | undefined;
  readonly settle: (outcome: Outcome) => void;
}

/** The writes of one local commit: asked about together. */
interface Round {
  readonly request: number;
  readonly dots: CausalContext;
  /** Voters that have acknowledged in `epoch`. */
  readonly acks: Set<NodeId>;
  epoch: EpochRef;
  pending: PendingWrite[];
}

/** How to ask for a round's acks within a push. */
export interface Asking {
  readonly request: number;
  /** What the push to this peer says; `undefined`: it has no vote. */
  of(peer: Correspondent): (EpochRef & { readonly request: number }) | undefined;
}

/**
 * The coordinator's count (Q2, Q5, Q8).
 *
 * Invariant: the acks of a round are of voters of the round's epoch, given in that epoch. When this replica learns of another
 * epoch, the count begins anew there.
 */
export class WriteQuorum {
  readonly #env: Environment;
  readonly #trusts: (record: ReplicaSetRecord, nodeId: NodeId) => boolean;
  readonly #askSelf: (request: number, ref: EpochRef, dots: CausalContext) => void;
  readonly #forgetSelf: (request: number) => void;
  readonly #rounds = new Map<number, Round>();
  #lastRequest = 0;
  #available: boolean | undefined;

  constructor(
    env: Environment,
    trusts: (record: ReplicaSetRecord, nodeId: NodeId) => boolean,
    self: { ask(request: number, ref: EpochRef, dots: CausalContext): void; forget(request: number): void },
  ) {
    this.#env = env;
    this.#trusts = trusts;
    this.#askSelf = (request, ref, dots) => self.ask(request, ref, dots);
    this.#forgetSelf = (request) => self.forget(request);
  }

  /**
   * Begins to wait. Returns how to ask a peer, for whoever pushes these dots just now.
   * @param pushing whether the dots travel with a push, so that peers are asked by it and not here.
   */
  begin(pending: readonly PendingWrite[], pushing: boolean): Asking {
    const record = this.#env.state.replicaSet;
    const { lineage, epoch } = record;
    const round: Round = {
      request: ++this.#lastRequest,
      dots: CausalContext.EMPTY.with(pending.flatMap((write) => write.dots)),
      acks: new Set(),
      epoch: { lineage, epoch },
      pending: [...pending],
    };
    this.#rounds.set(round.request, round);
    this.#askOwnStore(round);
    for (const voter of pushing ? this.#env.distant.values() : correspondents(this.#env)) this.#ask(round, voter);
    this.#evaluate(round);
    const { request } = round;
    return { request, of: (peer) => (this.isAskable(peer) ? { request, lineage, epoch } : undefined) };
  }

  isOpen(request: number): boolean {
    return this.#rounds.has(request);
  }

  /** Asks outside a push. */
  askAgain(peers: Iterable<Correspondent>, request: number): void {
    const round = this.#rounds.get(request);
    if (round !== undefined) for (const peer of peers) this.#ask(round, peer);
  }

  onAck(peer: Correspondent, ack: Ack): void {
    const round = this.#rounds.get(ack.request);
    if (round === undefined || ack.lineage !== round.epoch.lineage || ack.epoch !== round.epoch.epoch) return;
    this.#count(round, peer.nodeId);
  }

  onOwnAck(request: number): void {
    const round = this.#rounds.get(request);
    if (round !== undefined) this.#count(round, this.#env.state.nodeId);
  }

  /** A peer has connected, or goes by another record now: what it has not acknowledged is asked (again). */
  peerReady(peer: Correspondent): void {
    for (const round of this.#rounds.values()) if (!round.acks.has(peer.nodeId)) this.#ask(round, peer);
    this.noteAvailability();
  }

  /** A voter is out of reach, or counts no more (Q3). */
  voterLost(): void {
    for (const round of this.#rounds.values()) this.#evaluate(round);
    this.noteAvailability();
  }

  /** Q5: the unfinished count is repeated in the new epoch. */
  recordChanged(): void {
    const { lineage, epoch } = this.#env.state.replicaSet;
    for (const round of this.#rounds.values()) {
      if (round.epoch.lineage === lineage && round.epoch.epoch === epoch) continue;
      round.epoch = { lineage, epoch };
      round.acks.clear();
      this.#forgetSelf(round.request);
      this.#askOwnStore(round);
      for (const voter of correspondents(this.#env)) this.#ask(round, voter);
      this.#evaluate(round);
    }
    this.noteAvailability();
  }

  abandon(op: OperationId): void {
    for (const round of this.#rounds.values()) this.#drop(round, (write) => write.op === op);
  }

  /** Q8: time is up for some. */
  wake(): void {
    for (const round of this.#rounds.values()) {
      for (const write of round.pending.filter((late) => late.deadline <= this.#env.now())) {
        const required = requiredAcks(this.#env.state.replicaSet, write.level);
        const acks = [...round.acks];
        this.#settle(round, write, {
          kind: "failed",
          error: replicationError(
            "quorum-timeout",
            `Only ${acks.length} of ${required} voters acknowledged in time. The write is in the local store and goes on replicating; confirm(dots) waits again.`,
            { dots: write.dots, required, acks, outcome: "unknown" },
          ),
        });
      }
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const round of this.#rounds.values())
      for (const write of round.pending) next = Math.min(next ?? write.deadline, write.deadline);
    return next;
  }

  /** Tells when a data quorum of voters has become reachable, or no longer is. */
  noteAvailability(): void {
    const record = this.#env.state.replicaSet;
    const available = this.aliveVoters(record).length >= requiredAcks(record, "quorum") && !this.#isEnding;
    if (available === this.#available) return;
    this.#available = available;
    this.#env.emit({ type: "notice", notice: { type: "quorum", available } });
  }

  /** The lineage has decided to yield: nobody serves it any more, or soon (Q7b). */
  get #isEnding(): boolean {
    const { lineages, home } = this.#env.state;
    const state = lineages.get(home);
    return state?.retiredInto !== undefined || state?.decided?.yieldsTo !== undefined;
  }

  #count(round: Round, nodeId: NodeId): void {
    // A commit may have given this store another identity, which has no vote (C1).
    const record = this.#env.state.replicaSet;
    if (!isVoter(record, nodeId) || !this.#trusts(record, nodeId)) return;
    round.acks.add(nodeId);
    this.#evaluate(round);
  }

  /** Voters that can be asked, this replica among them. */
  aliveVoters(record: ReplicaSetRecord): NodeId[] {
    const alive = withinReach(this.#env);
    return record.voters
      .map((voter) => voter.nodeId)
      .filter((nodeId) => alive.has(nodeId) && this.#trusts(record, nodeId));
  }

  /** What to say of voters that can be reached and do not count (Q3); nothing where there are none. */
  ofForgetful(record: ReplicaSetRecord): string {
    const there = withinReach(this.#env);
    const forgetful = record.voters.filter(({ nodeId }) => there.has(nodeId) && !this.#trusts(record, nodeId)).length;
    return forgetful === 0
      ? ""
      : ` Beside them, ${forgetful} came back with an older or damaged store, and will count once enrolled anew.`;
  }

  /** Whether this peer can be asked for its vote: it says itself when it does not serve the epoch that is asked for. */
  isAskable(peer: Correspondent): boolean {
    return !this.#isEnding && isVoter(this.#env.state.replicaSet, peer.nodeId);
  }

  #ask(round: Round, peer: Correspondent): void {
    if (!this.isAskable(peer)) return;
    this.#env.emit({
      type: "send",
      link: peer.link,
      message: { type: "ack-request", request: round.request, ...round.epoch, dots: round.dots },
    });
  }

  #askOwnStore(round: Round): void {
    if (isVoter(this.#env.state.replicaSet, this.#env.state.nodeId))
      this.#askSelf(round.request, round.epoch, round.dots);
  }

  #evaluate(round: Round): void {
    const record = this.#env.state.replicaSet;
    const alive = new Set([...this.aliveVoters(record), ...round.acks]).size;
    for (const write of round.pending.slice()) {
      const required = requiredAcks(record, write.level);
      if (round.acks.size >= required) {
        this.#settle(round, write, { kind: "receipt", receipt: receiptOf(round, write, required) });
      } else if (alive < required) {
        this.#settle(round, write, {
          kind: "failed",
          error: unavailable(record, required, alive, write.dots, this.ofForgetful(record)),
        });
      }
    }
  }

  #settle(round: Round, write: PendingWrite, outcome: Outcome): void {
    this.#drop(round, (other) => other === write);
    write.settle(outcome);
  }

  #drop(round: Round, which: (write: PendingWrite) => boolean): void {
    round.pending = round.pending.filter((write) => !which(write));
    if (round.pending.length > 0) return;
    this.#rounds.delete(round.request);
    this.#forgetSelf(round.request);
  }
}

/** An order holds within a lineage: one that has changed between reading and acknowledging tells of none. */
function receiptOf({ acks, epoch }: Round, { dots, readIn }: PendingWrite, required: number): WriteReceipt {
  const ordered = readIn === epoch.lineage;
  return { dots, acks: [...acks], required, ...epoch, ordered, session: sessionToken(dots) };
}

function unavailable(
  record: ReplicaSetRecord,
  required: number,
  alive: number,
  dots: readonly Dot[],
  ofForgetful: string,
): Error {
  const enrolled = record.voters.length;
  const hint =
    record.distinctDevices && enrolled < record.replicationFactor
      ? " In this room the stores of one browser profile count as one voter (distinctDevices)."
      : "";
  return replicationError(
    "quorum-unavailable",
    `This level needs ${required} voters; ${enrolled} of ${record.replicationFactor} are enrolled and ${alive} reachable.${ofForgetful} ` +
      (dots.length === 0
        ? "Nothing had to be written."
        : "The write is in the local store and goes on replicating; confirm(dots) waits for more voters.") +
      hint,
    { required, alive, dots, outcome: "unknown" },
  );
}
