import type { Environment } from "./environment.ts";
import type { Peer } from "./peer.ts";
import { peerOf } from "./environment.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import type { OperationId, Outcome } from "./effects.ts";
import type { Reconfigure, Reconfigured, ReconfigureOutcome } from "./messages.ts";
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

interface PendingChange {
  readonly op: OperationId;
  readonly change: "add" | "remove";
  readonly nodeId: NodeId;
  readonly deadline: number;
  /** Whom it was asked of. */
  readonly decider: NodeId | undefined;
}

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
  readonly #pending = new Map<number, PendingChange>();
  #lastRequest = 0;
  #adopting = false;

  /** @param changed called when another record is in force */
  constructor(env: Environment, counters: VoterCounters, changed: () => void) {
    this.#env = env;
    this.#counters = counters;
    this.#changed = changed;
    this.handover = new LineageHandover(env, (record, from) => this.#adopt(record, from && { from, handedOver: true }));
  }

  peerUp(peer: Peer): void {
    // Our hello may have crossed with a change of the record.
    if (peer.toldReplicaSet !== this.#env.state.replicaSet) this.#announce(peer);
    this.learn(peer, peer.replicaSet);
  }

  peerDown(nodeId: NodeId): void {
    for (const [request, change] of this.#pending) {
      if (change.decider === nodeId) this.#settle(request, change, "quorum-unavailable");
    }
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
    for (const peer of this.#env.peers.values()) {
      if (peer.replicaSet.lineage !== record.lineage || !this.#isCaughtUp(peer)) continue;
      if (enrolmentObstacle(record, peer) !== undefined) continue;
      this.#adopt(withVoter(record, { nodeId: peer.nodeId, deviceId: peer.deviceId }));
      return;
    }
  }

  /** `addReplica` and `removeReplica`, asked of the decider. */
  request(op: OperationId, change: "add" | "remove", nodeId: NodeId, deadline: number): void {
    const request = ++this.#lastRequest;
    const { nodeId: self, replicaSet } = this.#env.state;
    const asked = decider(replicaSet);
    const pending = { op, change, nodeId, deadline, decider: asked };
    this.#pending.set(request, pending);
    const peer = asked === undefined ? undefined : peerOf(this.#env.peers, asked);
    if (asked === self) this.#decide(change, nodeId, (outcome) => this.#settle(request, pending, outcome));
    else if (peer === undefined) this.#settle(request, pending, "quorum-unavailable");
    else this.#env.emit({ type: "send", link: peer.link, message: { type: "reconfigure", request, change, nodeId } });
  }

  onReconfigure(peer: Peer, message: Reconfigure): void {
    const answer = (outcome: ReconfigureOutcome): void =>
      this.#env.emit({
        type: "send",
        link: peer.link,
        message: { type: "reconfigured", request: message.request, outcome },
      });
    if (decider(this.#env.state.replicaSet) === this.#env.state.nodeId)
      this.#decide(message.change, message.nodeId, answer);
    else answer("quorum-unavailable");
  }

  onReconfigured(peer: Peer, message: Reconfigured): void {
    const change = this.#pending.get(message.request);
    if (change?.decider === peer.nodeId) this.#settle(message.request, change, message.outcome);
  }

  abandon(op: OperationId): void {
    for (const [request, change] of this.#pending) if (change.op === op) this.#pending.delete(request);
  }

  wake(): void {
    for (const [request, change] of this.#pending) {
      if (change.deadline <= this.#env.now()) this.#settle(request, change, "quorum-unavailable");
    }
    this.evaluate();
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#pending.values()) next = Math.min(next ?? deadline, deadline);
    return next;
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

  #decide(change: "add" | "remove", nodeId: NodeId, answer: (outcome: ReconfigureOutcome) => void): void {
    const record = this.#env.state.replicaSet;
    if (this.#adopting || !isServing(record)) {
      answer("quorum-unavailable");
      return;
    }
    if (change === "remove") {
      if (!isVoter(record, nodeId)) answer("replica-not-found");
      // A set without voters could decide nothing ever again.
      else if (record.voters.length === 1) answer("quorum-unavailable");
      else this.#adopt(withoutVoter(record, nodeId, true), undefined, answer);
      return;
    }
    const peer = peerOf(this.#env.peers, nodeId);
    if (isVoter(record, nodeId)) answer("done");
    else if (peer === undefined) answer("replica-not-found");
    else {
      const unbarred = { ...record, barred: record.barred.filter((barred) => barred !== nodeId) };
      const obstacle = enrolmentObstacle(unbarred, peer);
      if (obstacle !== undefined) answer("replica-set-full");
      else this.#adopt(withVoter(unbarred, { nodeId, deviceId: peer.deviceId }), undefined, answer);
    }
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

  #settle(request: number, change: PendingChange, outcome: ReconfigureOutcome): void {
    if (!this.#pending.delete(request)) return;
    this.#env.emit({ type: "settle", op: change.op, outcome: outcomeOf(change, outcome, this.#env.state.replicaSet) });
  }
}

function outcomeOf(change: PendingChange, outcome: ReconfigureOutcome, record: ReplicaSetRecord): Outcome {
  switch (outcome) {
    case "done":
      return { kind: "done" };
    case "replica-not-found": {
      const message = `No replica ${change.nodeId} is ${change.change === "add" ? "connected" : "a voter"}.`;
      return { kind: "failed", error: replicationError("replica-not-found", message, { nodeId: change.nodeId }) };
    }
    case "replica-set-full": {
      const { replicationFactor } = record;
      const message = `The replica set has no place for another voter (${replicationFactor} at most, one a device where distinctDevices is set). Remove one first.`;
      return { kind: "failed", error: replicationError("replica-set-full", message, { replicationFactor }) };
    }
    case "quorum-unavailable": {
      const message =
        "The replica that decides about the replica set cannot be reached, or is deciding something else. Try again later.";
      return {
        kind: "failed",
        error: replicationError("quorum-unavailable", message, { required: 1, alive: 0, dots: [], outcome: "unknown" }),
      };
    }
  }
}
