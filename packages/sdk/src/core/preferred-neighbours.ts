import { hasVote } from "./lineage-state.ts";
import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/**
 * To whom this replica had better be connected itself (T7), since what voters decide goes between neighbours alone. A voter, or one that is being
 * enrolled: to the voters of all records in which it has a vote; and to those of other lineages that its neighbours go by, as one of the two
 * lineages has to be handed over to a majority of the other's voters (Q7b).
 */
export class PreferredNeighbours {
  readonly #env: Pick<Environment, "peers" | "state">;
  #told = "";
  /** What it was last worked out from. */
  #lineages: Environment["state"]["lineages"] | undefined;
  #nodeId: NodeId | undefined;
  #foreign: readonly ReplicaSetRecord[] = [];

  constructor(env: Pick<Environment, "peers" | "state">) {
    this.#env = env;
  }

  /** Who they are, where that is news. */
  news(): ReadonlySet<NodeId> | undefined {
    const { nodeId, lineages, home } = this.#env.state;
    const foreign: ReplicaSetRecord[] = [];
    for (const { replicaSet } of this.#env.peers.values()) if (replicaSet.lineage !== home) foreign.push(replicaSet);
    const isSame = foreign.length === this.#foreign.length && foreign.every((record, i) => record === this.#foreign[i]);
    if (this.#lineages === lineages && this.#nodeId === nodeId && isSame) return undefined;
    this.#lineages = lineages;
    this.#nodeId = nodeId;
    this.#foreign = foreign;
    const preferred = this.#preferred();
    const told = [...preferred].sort().join(" ");
    if (told === this.#told) return undefined;
    this.#told = told;
    return preferred;
  }

  #preferred(): Set<NodeId> {
    const { nodeId: self, lineages } = this.#env.state;
    const owed = [...lineages.values()].filter((state) => state.retiredInto === undefined && hasVote(state, self));
    const records = owed.flatMap(({ active, decided }) => (decided === undefined ? [active] : [active, decided]));
    if (owed.length > 0) records.push(...this.#foreign);
    const preferred = new Set(records.flatMap(({ voters }) => voters.map(({ nodeId }) => nodeId)));
    preferred.delete(self);
    return preferred;
  }
}
