import { type ConsistencyLevel, isReplicationError, type Replicator } from "@vecmesh/sdk";

declare global {
  interface Window {
    /** The test's, which notes the id. */
    readonly acknowledged: (id: string) => Promise<void>;
  }
}

/** Writes one after the other until it is told to stop. One that fails for want of voters is left, and the next begun. */
export class WriteStream {
  #stopped = false;
  readonly #ended: Promise<void>;

  constructor(replica: Replicator, name: string, consistency: ConsistencyLevel) {
    this.#ended = this.#run(replica, name, consistency);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#ended;
  }

  async #run(replica: Replicator, name: string, consistency: ConsistencyLevel): Promise<void> {
    for (let number = 1; !this.#stopped; number++) {
      const id = `${name} ${number}`;
      try {
        await replica.write({ id, vector: Float32Array.of(1, 0, 0), metadata: { text: id } }, { consistency });
      } catch (error) {
        if (isReplicationError(error) && error.code.startsWith("quorum-")) continue;
        throw error;
      }
      await window.acknowledged(id);
    }
  }
}
