import type { Environment } from "./environment.ts";
import type { Peer } from "./peer.ts";
import { peerOf } from "./environment.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import type { ReconfigureOutcome } from "./messages.ts";
import { type Change, ReplicaSetRequests } from "./replica-set-requests.ts";
import {
  decider,
  enrolmentObstacle,
  isServing,
  isVoter,
  outranks,
  type ReplicaSetRecord,
  withoutVoter,
  withVoter,
} from "./replica-set.ts";
import { factsConflict } from "./room-facts.ts";
import { isFree, isLater, isOpen, type Move } from "./lineage-move.ts";
import { LineageHandover } from "./lineage-handover.ts";
import { replicationError } from "./replication-error.ts";
import type { VoterCounters } from "./voter-counters.ts";

/** Lineages remembered as having handed over, so that their stragglers can be told. */
const MAX_RETIRED_LINEAGES = 64;

/** Replicas that wait at once to become voters by hand: more than any set has places for. */
const MAX_AWAITED = 64;

/**
 * Which replica set this replica goes by (Q1, Q5, Q7).
 *
 * Invariant: a record is told to others only after it is durable here; of one lineage the epoch only grows; only the decider of
 * an epoch makes the next one, one at a time.
 */
export class Reconfiguration {
  readonly #env: Environment;
  readonly #counters: VoterCounters;
  readonly #changed: () => void;
  readonly handover: LineageHandover;
  readonly requests: ReplicaSetRequests;
  /** Replicas that are to vote as soon as they have caught up (Q6), and who wants to know. */
  readonly #awaited = new Map<NodeId, ((outcome: ReconfigureOutcome) => void)[]>();
  #adopting = false;

  /** @param changed called when another record is in force */
  constructor(env: Environment, counters: VoterCounters, changed: () => void) {
    this.#env = env;
    this.#counters = counters;
    this.#changed = changed;
    this.requests = new ReplicaSetRequests(env, (change, nodeId, answer) => this.#decide(change, nodeId, answer));
    this.handover = new LineageHandover(env, (record, from) => this.#adopt(record, from && { from, handedOver: true }));
  }

  peerUp(peer: Peer): void {
    // Our hello may have crossed with a change of the record.
    if (peer.toldReplicaSet !== this.#env.state.replicaSet) this.#announce(peer);
    this.learn(peer, peer.replicaSet);
  }

  peerDown(nodeId: NodeId): void {
    this.requests.peerDown(nodeId);
    this.#giveUpOn(nodeId, "replica-not-found");
  }

  /** A record that a peer goes by. */
  learn(peer: Peer, theirs: ReplicaSetRecord): void {
    peer.replicaSet = theirs;
    const ours = this.#env.state.replicaSet;
    if (theirs.lineage === ours.lineage) {
      if (theirs.epoch > ours.epoch) this.#adopt(theirs);
      else if (theirs.epoch < ours.epoch) this.#announce(peer);
    } else if (outranks(theirs, ours)) {
      this.#meetGreater(peer, theirs);
    } else {
      this.#announce(peer);
    }
    this.evaluate();
  }

  /** Q7b: our lineage's state is safe in the winner's. */
  onRetired(peer: Peer, lineage: LineageId, winner: ReplicaSetRecord): void {
    peer.replicaSet = winner;
    if (lineage === this.#env.state.replicaSet.lineage) this.#adopt(winner, { from: lineage, handedOver: true });
  }

  /** Q7a: the decider enrols caught-up learners and drops voters whose store was restored (Q3). */
  evaluate(): void {
    this.handover.advance();
    const record = this.#env.state.replicaSet;
    if (this.#adopting) return;
    // One whose facts differ is being let go already.
    const greater = [...this.#env.peers.values()].find(
      ({ replicaSet }) =>
        outranks(replicaSet, record) &&
        isFree(record, this.#env.state.nodeId, replicaSet) &&
        factsConflict(this.#env.config.insists, replicaSet) === undefined,
    );
    if (greater !== undefined) {
      this.#meetGreater(greater, greater.replicaSet);
      return;
    }
    if (!isServing(record) || decider(record) !== this.#env.state.nodeId) return;
    const regressed = record.voters.find((voter) => !this.#counters.trusts(voter.nodeId));
    if (regressed !== undefined) {
      this.#adopt(withoutVoter(record, regressed.nodeId, false));
      return;
    }
    this.#enrolAwaited();
    if (this.#adopting) return;
    for (const peer of this.#env.peers.values()) {
      if (peer.replicaSet.lineage !== record.lineage || !this.#isCaughtUp(peer)) continue;
      if (enrolmentObstacle(record, peer) !== undefined) continue;
      this.#adopt(withVoter(record, { nodeId: peer.nodeId, deviceId: peer.deviceId }));
      return;
    }
  }

  #meetGreater(peer: Peer, winner: ReplicaSetRecord): void {
    const conflict = factsConflict(this.#env.config.insists, winner);
    if (conflict !== undefined) {
      const message = `This replica's ${conflict.fact} is ${conflict.ours}, the room's is ${conflict.theirs}. Configure the room's value, or leave it out to take it.`;
      this.#env.emit({
        type: "notice",
        notice: { type: "error", error: replicationError("room-mismatch", message, conflict) },
      });
      this.#env.emit({ type: "close", link: peer.link, reason: "room-mismatch" });
    } else if (isFree(this.#env.state.replicaSet, this.#env.state.nodeId, winner)) {
      this.#adopt(winner, { from: this.#env.state.replicaSet.lineage, handedOver: false });
    } else {
      this.handover.meet(winner);
    }
  }

  #decide(change: Change, nodeId: NodeId, answer: (outcome: ReconfigureOutcome) => void): void {
    const record = this.#env.state.replicaSet;
    if (!isServing(record)) {
      answer("quorum-unavailable");
      return;
    }
    if (change === "remove") {
      if (this.#adopting) answer("quorum-unavailable");
      else if (!isVoter(record, nodeId)) answer("replica-not-found");
      // A set without voters could decide nothing ever again.
      else if (record.voters.length === 1) answer("quorum-unavailable");
      else this.#adopt(withoutVoter(record, nodeId, true), undefined, answer);
      return;
    }
    if (isVoter(record, nodeId)) {
      answer("done");
      return;
    }
    const waiting = this.#awaited.get(nodeId) ?? [];
    if (waiting.length + this.#awaited.size >= MAX_AWAITED) {
      answer("quorum-unavailable");
      return;
    }
    this.#awaited.set(nodeId, [...waiting, answer]);
    this.#enrolAwaited();
  }

  /** Q6: a voter that had not caught up would count for writes that it lacks. */
  #enrolAwaited(): void {
    for (const nodeId of this.#awaited.keys()) {
      const record = this.#env.state.replicaSet;
      const peer = peerOf(this.#env.peers, nodeId);
      const unbarred = { ...record, barred: record.barred.filter((barred) => barred !== nodeId) };
      if (peer === undefined) this.#giveUpOn(nodeId, "replica-not-found");
      else if (isVoter(record, nodeId)) this.#giveUpOn(nodeId, "done");
      else if (enrolmentObstacle(unbarred, peer) !== undefined) this.#giveUpOn(nodeId, "replica-set-full");
      else if (!this.#adopting && peer.replicaSet.lineage === record.lineage && this.#isCaughtUp(peer)) {
        const voter = { nodeId, deviceId: peer.deviceId };
        this.#adopt(withVoter(unbarred, voter), undefined, (outcome) => this.#giveUpOn(nodeId, outcome));
      }
    }
  }

  #giveUpOn(nodeId: NodeId, outcome: ReconfigureOutcome): void {
    const answers = this.#awaited.get(nodeId) ?? [];
    this.#awaited.delete(nodeId);
    for (const answer of answers) answer(outcome);
  }

  #adopt(record: ReplicaSetRecord, move?: Move, answer?: (outcome: ReconfigureOutcome) => void): void {
    this.#adopting = true;
    let adopted = false;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        const current = draft.replicaSet;
        adopted = move === undefined ? isLater(record, current) : isOpen(move, record, current, draft.nodeId);
        if (!adopted) return false;
        draft.replicaSet = record;
        // A lineage that has not formed may still form without a member that leaves, but not without its decider.
        if (move?.handedOver === true || (move !== undefined && decider(current) === draft.nodeId))
          draft.retire(move.from, MAX_RETIRED_LINEAGES);
        return true;
      },
      settle: () => {
        this.#adopting = false;
        if (adopted) this.#inForce(record);
        answer?.(adopted ? "done" : "quorum-unavailable");
      },
      fail: () => {
        this.#adopting = false;
        answer?.("quorum-unavailable");
      },
    });
  }

  #inForce(record: ReplicaSetRecord): void {
    this.#counters.recordChanged(record);
    if (decider(record) !== this.#env.state.nodeId)
      for (const nodeId of this.#awaited.keys()) this.#giveUpOn(nodeId, "quorum-unavailable");
    // Also those who know the record: that this replica goes by it now is news.
    for (const peer of this.#env.peers.values()) this.#announce(peer);
    this.#env.emit({ type: "notice", notice: { type: "replicaSet", record } });
    this.#changed();
    this.evaluate();
  }

  /** Who still lives in a lineage that has handed over is told that too: only its decider would move over by itself. */
  #announce(peer: Peer): void {
    const { replicaSet, retired } = this.#env.state;
    const { lineage } = peer.replicaSet;
    peer.toldReplicaSet = replicaSet;
    const isBehind = lineage !== replicaSet.lineage && retired.includes(lineage);
    this.#env.emit({
      type: "send",
      link: peer.link,
      message: isBehind ? { type: "retired", lineage, replicaSet } : { type: "replica-set", replicaSet },
    });
  }

  /** Equal now: it holds all that this replica's voters had brought here. */
  #isCaughtUp(peer: Peer): boolean {
    return peer.theirDigest?.equals(this.#env.state.context.digest) === true;
  }
}
