import type { OperationId, Outcome } from "./effects.ts";
import type { Reconfigure, Reconfigured, ReconfigureOutcome } from "./messages.ts";
import { isVoter, type ReplicaSetRecord } from "./replica-set.ts";
import { correspondents, type Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { Correspondent } from "./peer.ts";
import { replicationError } from "./replication-error.ts";

/** A change of the replica set that somebody asks for. */
export type Change = "add" | "remove";

/** Brings a change about, or says why not; answers once, perhaps later. */
export type Decide = (change: Change, nodeId: NodeId, answer: (outcome: ReconfigureOutcome) => void) => void;

interface PendingChange {
  readonly op: OperationId;
  readonly change: Change;
  readonly nodeId: NodeId;
  readonly deadline: number;
  /** Whom it was asked of. */
  readonly asked: NodeId | undefined;
}

/** `addReplica` and `removeReplica`: asked of a voter, this one or one within reach. */
export class ReplicaSetRequests {
  readonly #env: Environment;
  readonly #decide: Decide;
  readonly #pending = new Map<number, PendingChange>();
  #lastRequest = 0;

  constructor(env: Environment, decide: Decide) {
    this.#env = env;
    this.#decide = decide;
  }

  request(op: OperationId, change: Change, nodeId: NodeId, deadline: number): void {
    const request = ++this.#lastRequest;
    const { nodeId: self, replicaSet } = this.#env.state;
    const voters = replicaSet.voters.map((voter) => voter.nodeId);
    const voter = [...correspondents(this.#env)].find((reached) => voters.includes(reached.nodeId));
    const asked = voters.includes(self) ? self : voter?.nodeId;
    const pending = { op, change, nodeId, deadline, asked };
    this.#pending.set(request, pending);
    if (asked === self) this.#decide(change, nodeId, (outcome) => this.#settle(request, pending, outcome));
    else if (voter === undefined) this.#settle(request, pending, "quorum-unavailable");
    else this.#env.emit({ type: "send", link: voter.link, message: { type: "reconfigure", request, change, nodeId } });
  }

  onReconfigure(peer: Correspondent, message: Reconfigure): void {
    const answer = (outcome: ReconfigureOutcome): void =>
      this.#env.emit({
        type: "send",
        link: peer.link,
        message: { type: "reconfigured", request: message.request, outcome },
      });
    if (isVoter(this.#env.state.replicaSet, this.#env.state.nodeId))
      this.#decide(message.change, message.nodeId, answer);
    else answer("quorum-unavailable");
  }

  onReconfigured(peer: Correspondent, message: Reconfigured): void {
    const change = this.#pending.get(message.request);
    if (change?.asked === peer.nodeId) this.#settle(message.request, change, message.outcome);
  }

  peerDown(nodeId: NodeId): void {
    for (const [request, change] of this.#pending) {
      if (change.asked === nodeId) this.#settle(request, change, "quorum-unavailable");
    }
  }

  abandon(op: OperationId): void {
    for (const [request, change] of this.#pending) if (change.op === op) this.#pending.delete(request);
  }

  wake(): void {
    for (const [request, change] of this.#pending) {
      if (change.deadline <= this.#env.now()) this.#settle(request, change, "quorum-unavailable");
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#pending.values()) next = Math.min(next ?? deadline, deadline);
    return next;
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
        "No majority of the voters has decided it in time: they cannot be reached, would be too few without this one, or wait for the new one to catch up. Try again later.";
      return {
        kind: "failed",
        error: replicationError("quorum-unavailable", message, { required: 1, alive: 0, dots: [], outcome: "unknown" }),
      };
    }
  }
}
