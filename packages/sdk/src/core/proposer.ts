import type { Accepted, BallotRefused, PaxosPromise } from "./messages.ts";
import { type Ballot, compareBallots, MAX_BALLOT_LEAP } from "./ballot.ts";
import type { AcceptedRecord, LineageState } from "./lineage-state.ts";
import type { Courier } from "./courier.ts";
import type { Environment } from "./environment.ts";
import type { LineageChanges } from "./lineage-changes.ts";
import type { LineageId, NodeId, Origin } from "./node-id.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { VoterCounters } from "./voter-counters.ts";
import { Backoff } from "./backoff.ts";

/** A round with connected voters takes two commits of each; one of which somebody has frozen is given up, for a higher ballot. */
const ROUND_MS = 5000;

interface Round {
  readonly ballot: Ballot;
  readonly epoch: number;
  readonly deadline: number;
  record: ReplicaSetRecord;
  /** `decided`: only this store has still to take it in. */
  phase: "prepare" | "accept" | "decided";
  readonly answered: Set<NodeId>;
  best: AcceptedRecord | undefined;
}

/**
 * The proposer of Paxos, one decision for each (lineage, epoch) (Q6).
 *
 * Invariant: `record` is what the highest ballot accepted by any of a majority that promised carries, if there is one.
 */
export class Proposer {
  readonly #env: Environment;
  readonly #changes: LineageChanges;
  readonly #courier: Courier;
  readonly #counters: VoterCounters;
  readonly #mintOrigin: () => Origin;
  readonly #rounds = new Map<LineageId, Round>();
  readonly #backoff: Backoff<LineageId>;
  #opening: Origin | undefined;
  #highest = 0;

  constructor(
    env: Environment,
    changes: LineageChanges,
    courier: Courier,
    counters: VoterCounters,
    mintOrigin: () => Origin,
  ) {
    this.#env = env;
    this.#changes = changes;
    this.#courier = courier;
    this.#counters = counters;
    this.#mintOrigin = mintOrigin;
    this.#backoff = new Backoff(env);
  }

  /**
   * Goes on with what is under way in this lineage, or begins.
   * @param wanted what this replica would decide, if anything.
   * @param isAsked whether nobody else may propose it, as a user has asked for it here.
   */
  evaluate(state: LineageState, wanted: ReplicaSetRecord | undefined, isAsked: boolean): void {
    const { lineage, epoch } = state.active;
    const round = this.#rounds.get(lineage);
    const isOpen = state.decided === undefined && state.retiredInto === undefined;
    if (round !== undefined && (round.epoch !== epoch || !isOpen)) this.#rounds.delete(lineage);
    else if (round !== undefined && round.deadline <= this.#env.now()) this.#giveUp(lineage);
    if (wanted === undefined || !isOpen) {
      this.#backoff.forget(lineage);
      return;
    }
    if (!this.#rounds.has(lineage) && this.#backoff.isDue(lineage, isAsked ? 0 : this.#rank(state.active)))
      this.#begin(state, wanted);
  }

  /** Of lineages that this store has left, nothing is under way. */
  forgetLeft(): void {
    for (const lineage of this.#rounds.keys()) if (!this.#env.state.lineages.has(lineage)) this.#rounds.delete(lineage);
  }

  /** A voter has connected, or come back: what it has not answered is asked again. */
  peerUp(nodeId: NodeId): void {
    for (const round of this.#rounds.values()) {
      const record = this.#env.state.lineages.get(round.record.lineage)?.active;
      if (record?.voters.some((voter) => voter.nodeId === nodeId) && !round.answered.has(nodeId))
        this.#ask(round, nodeId);
    }
  }

  onPromise(from: NodeId, { lineage, ballot, accepted }: PaxosPromise): void {
    const round = this.#roundOf(lineage, ballot, "prepare");
    if (round === undefined) return;
    round.answered.add(from);
    if (accepted !== undefined && (round.best === undefined || compareBallots(accepted.ballot, round.best.ballot) > 0))
      round.best = accepted;
    if (!this.#isAnswered(round)) return;
    round.record = round.best?.replicaSet ?? round.record;
    round.phase = "accept";
    round.answered.clear();
    this.#askAll(round);
  }

  onAccepted(from: NodeId, { lineage, ballot }: Accepted): void {
    const round = this.#roundOf(lineage, ballot, "accept");
    if (round === undefined) return;
    round.answered.add(from);
    if (!this.#isAnswered(round)) return;
    round.phase = "decided";
    const { record } = round;
    this.#changes.make((draft) => {
      const state = draft.lineages.get(lineage);
      if (state?.active.epoch !== round.epoch || state.decided !== undefined || state.retiredInto !== undefined) return;
      draft.keepLineage({ ...state, decided: record });
    });
  }

  onRefused({ lineage, ballot, promised }: BallotRefused): void {
    if (promised.counter > this.#highest + MAX_BALLOT_LEAP) return;
    this.#highest = Math.max(this.#highest, promised.counter);
    const round = this.#rounds.get(lineage);
    if (round !== undefined && round.phase !== "decided" && compareBallots(round.ballot, ballot) === 0)
      this.#giveUp(lineage);
  }

  nextWake(): number | undefined {
    const deadlines = [...this.#rounds.values()].map((round) => round.deadline);
    const next = Math.min(...deadlines, this.#backoff.nextWake() ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(next) ? next : undefined;
  }

  #begin(state: LineageState, record: ReplicaSetRecord): void {
    const { lineage, epoch } = state.active;
    this.#highest = Math.max(this.#highest, state.promised?.counter ?? 0) + 1;
    this.#opening ??= this.#mintOrigin();
    const round: Round = {
      ballot: { counter: this.#highest, proposer: this.#opening },
      epoch,
      deadline: this.#env.now() + ROUND_MS,
      record,
      phase: "prepare",
      answered: new Set(),
      best: undefined,
    };
    this.#rounds.set(lineage, round);
    this.#askAll(round);
  }

  #giveUp(lineage: LineageId): void {
    this.#rounds.delete(lineage);
    this.#backoff.failed(lineage);
  }

  #askAll(round: Round): void {
    const state = this.#env.state.lineages.get(round.record.lineage);
    for (const { nodeId } of state?.active.voters ?? []) this.#ask(round, nodeId);
  }

  #ask({ phase, ballot, record, epoch }: Round, nodeId: NodeId): void {
    const { lineage } = record;
    if (phase === "decided") return;
    if (phase === "prepare") this.#courier.send(nodeId, { type: "prepare", lineage, epoch, ballot });
    else this.#courier.send(nodeId, { type: "accept", ballot, replicaSet: record });
  }

  #roundOf(lineage: LineageId, ballot: Ballot, phase: Round["phase"]): Round | undefined {
    const round = this.#rounds.get(lineage);
    return round?.phase === phase && compareBallots(round.ballot, ballot) === 0 ? round : undefined;
  }

  #isAnswered(round: Round): boolean {
    const state = this.#env.state.lineages.get(round.record.lineage);
    return state?.active.epoch === round.epoch && this.#counters.speakFor(state.active, round.answered);
  }

  /** Among the voters that can be reached: the first of the record tries at once, the others where it does not. */
  #rank({ voters }: ReplicaSetRecord): number {
    const reachable = voters.filter(({ nodeId }) => this.#courier.reaches(nodeId));
    return reachable.findIndex(({ nodeId }) => nodeId === this.#env.state.nodeId);
  }
}
