import { enrolmentObstacle, isVoter } from "./replica-set.ts";
import type { Change } from "./replica-set-requests.ts";
import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import { peerOf } from "./environment.ts";
import type { ReconfigureOutcome } from "./messages.ts";
import type { View } from "./next-epoch.ts";
import { canBegin, hasMajority } from "./next-epoch.ts";
import { withoutVoter } from "./replica-set.ts";

/** Changes that wait at once: more than any set has places for. */
const MAX_WISHES = 64;

type Answer = (outcome: ReconfigureOutcome) => void;

/** Changes of the replica set that somebody has asked this voter for (Q7a): it proposes them until they are in force, or cannot be. */
export class VoterWishes {
  readonly #env: Environment;
  readonly toAdd: Map<NodeId, Answer[]> = new Map();
  readonly toRemove: Map<NodeId, Answer[]> = new Map();

  constructor(env: Environment) {
    this.#env = env;
  }

  take(change: Change, nodeId: NodeId, answer: Answer, view: Pick<View, "reaches">): void {
    const record = this.#env.state.replicaSet;
    if (change === "remove" && !isVoter(record, nodeId)) {
      answer("replica-not-found");
      return;
    }
    const wishes = change === "add" ? this.toAdd : this.toRemove;
    const waiting = wishes.get(nodeId) ?? [];
    if (waiting.length + wishes.size >= MAX_WISHES) answer("quorum-unavailable");
    else wishes.set(nodeId, [...waiting, answer]);
    this.settle(view);
  }

  get isWaiting(): boolean {
    return this.toAdd.size + this.toRemove.size > 0;
  }

  /** Answers what is in force by now, and what cannot be. */
  settle(view: Pick<View, "reaches">): void {
    const { replicaSet, nodeId: self } = this.#env.state;
    const canDecide = isVoter(replicaSet, self) && hasMajority(replicaSet, view);
    for (const nodeId of this.toRemove.keys()) {
      if (!isVoter(replicaSet, nodeId)) this.#answer(this.toRemove, nodeId, "done");
      // A set without voters, or without a majority that is there, could decide nothing ever again.
      else if (!canDecide || replicaSet.voters.length === 1 || !canBegin(withoutVoter(replicaSet, nodeId), view))
        this.#answer(this.toRemove, nodeId, "quorum-unavailable");
    }
    for (const nodeId of this.toAdd.keys()) {
      const peer = nodeId === self ? this.#env.state : peerOf(this.#env.peers, nodeId);
      const unbarred = { ...replicaSet, barred: replicaSet.barred.filter((barred) => barred !== nodeId) };
      if (isVoter(replicaSet, nodeId)) this.#answer(this.toAdd, nodeId, "done");
      else if (peer === undefined) this.#answer(this.toAdd, nodeId, "replica-not-found");
      else if (enrolmentObstacle(unbarred, peer) !== undefined) this.#answer(this.toAdd, nodeId, "replica-set-full");
      else if (!canDecide) this.#answer(this.toAdd, nodeId, "quorum-unavailable");
    }
  }

  #answer(wishes: Map<NodeId, Answer[]>, nodeId: NodeId, outcome: ReconfigureOutcome): void {
    const answers = wishes.get(nodeId) ?? [];
    wishes.delete(nodeId);
    for (const answer of answers) answer(outcome);
  }
}
