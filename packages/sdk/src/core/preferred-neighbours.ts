import { hasVote } from "./lineage-state.ts";
import type { DurableState } from "./durable-state.ts";
import type { NodeId } from "./node-id.ts";

/**
 * To whom this replica had better be connected itself (T7): a voter, or one that is being enrolled, to the voters of all records in which it has a
 * vote, since what they decide goes between neighbours alone.
 */
export class PreferredNeighbours {
  readonly #state: DurableState;
  #told = "";
  /** What it was last worked out from. */
  #lineages: DurableState["lineages"] | undefined;
  #nodeId: NodeId | undefined;

  constructor(state: DurableState) {
    this.#state = state;
  }

  /** Who they are, where that is news. */
  news(): ReadonlySet<NodeId> | undefined {
    const { nodeId, lineages } = this.#state;
    if (this.#lineages === lineages && this.#nodeId === nodeId) return undefined;
    this.#lineages = lineages;
    this.#nodeId = nodeId;
    const preferred = this.#preferred();
    const told = [...preferred].sort().join(" ");
    if (told === this.#told) return undefined;
    this.#told = told;
    return preferred;
  }

  #preferred(): Set<NodeId> {
    const { nodeId: self, lineages } = this.#state;
    const preferred = new Set<NodeId>();
    for (const state of lineages.values()) {
      if (state.retiredInto !== undefined || !hasVote(state, self)) continue;
      for (const { nodeId } of [...state.active.voters, ...(state.decided?.voters ?? [])]) preferred.add(nodeId);
    }
    preferred.delete(self);
    return preferred;
  }
}
