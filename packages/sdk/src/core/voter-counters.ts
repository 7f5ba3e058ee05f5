import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import { isVoter } from "./replica-set.ts";
import type { SeenCounter } from "./store-layout.ts";

/** NodeIds remembered: a room's voters of a long time, a few dozen bytes each. */
const MAX_SEEN_COUNTERS = 256;

/** Commits of a voter between two notes of its counter on this disk: a backup older than that is found out after a reload, too. */
const KEEP_EVERY = 256;

/**
 * Q3: every voter's durable counter only grows. One that goes backwards is a store restored from a backup: it may have forgotten what
 * it acknowledged, so it counts no more until a later epoch has enrolled it anew.
 */
export class VoterCounters {
  readonly #env: Environment;
  readonly #seen: Map<NodeId, SeenCounter>;
  readonly #kept = new Map<NodeId, number>();

  constructor(env: Environment, seen: readonly SeenCounter[]) {
    this.#env = env;
    this.#seen = new Map(seen.map((counter) => [counter.nodeId, counter]));
  }

  /** Takes note of a counter; returns whether it has gone backwards just now. */
  note(nodeId: NodeId, counter: number): boolean {
    const seen = this.#seen.get(nodeId);
    const regressed = seen !== undefined && counter < seen.counter;
    const regressedIn = regressed ? this.#env.state.replicaSet.epoch : seen?.regressedIn;
    if (seen?.counter === counter && seen.regressedIn === regressedIn) return false;
    this.#seen.delete(nodeId);
    this.#seen.set(nodeId, { nodeId, counter, regressedIn });
    this.#forgetOldest();
    if (regressed || counter >= (this.#kept.get(nodeId) ?? 0) + KEEP_EVERY) this.#keep();
    return regressed;
  }

  /** As `note`, for a message of a class that others overtake (T3): an older counter in it tells nothing. */
  noteOvertaken(nodeId: NodeId, counter: number): void {
    if (counter > (this.#seen.get(nodeId)?.counter ?? 0)) this.note(nodeId, counter);
  }

  trusts(nodeId: NodeId): boolean {
    return this.#seen.get(nodeId)?.regressedIn === undefined;
  }

  /** An epoch without a regressed voter clears it: if it is in a later one, it was enrolled anew, caught up. */
  recordChanged(record: ReplicaSetRecord): void {
    for (const seen of this.#seen.values()) {
      if (seen.regressedIn !== undefined && record.epoch > seen.regressedIn && !isVoter(record, seen.nodeId)) {
        this.#seen.set(seen.nodeId, { ...seen, regressedIn: undefined });
        this.#keep();
      }
    }
  }

  /** Never a voter: a crowd of strangers must not make a restored store's counter look new. */
  #forgetOldest(): void {
    for (const [nodeId] of this.#seen) {
      if (this.#seen.size <= MAX_SEEN_COUNTERS) return;
      if (!isVoter(this.#env.state.replicaSet, nodeId)) this.#seen.delete(nodeId);
    }
  }

  #keep(): void {
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        draft.keepCounters([...this.#seen.values()]);
        return false;
      },
      settle: () => {
        for (const { nodeId, counter } of this.#seen.values()) this.#kept.set(nodeId, counter);
      },
      fail: () => undefined,
    });
  }
}
