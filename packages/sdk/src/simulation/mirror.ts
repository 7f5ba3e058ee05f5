import type { ChangeEvent, ChangesReset, Checkpoint } from "../replicator/change-feed.ts";
import { shownEntry } from "./shown-entry.ts";
import type { SimulatedReplicator } from "./simulated-replicator.ts";

/** A reader of `changes` that keeps what it was told, and its checkpoint, through every crash of the replica that it follows. */
export class Mirror {
  #entries = new Map<string, string>();
  #checkpoint: Checkpoint | undefined;

  /** Reads until the replica closes or its process dies. */
  async follow(replicator: SimulatedReplicator): Promise<void> {
    const since = this.#checkpoint;
    for await (const change of replicator.changes(since === undefined ? {} : { since })) this.#take(change);
  }

  /** The store has become another: a reader begins anew. */
  reset(): void {
    this.#entries = new Map();
    this.#checkpoint = undefined;
  }

  get shown(): ReadonlyMap<string, string> {
    return this.#entries;
  }

  #take(change: ChangeEvent | ChangesReset): void {
    if (change.type === "reset") this.#entries.clear();
    else if (change.type === "delete") this.#entries.delete(change.id);
    else this.#entries.set(change.id, shownEntry(change.entry));
    this.#checkpoint = change.checkpoint;
  }
}
