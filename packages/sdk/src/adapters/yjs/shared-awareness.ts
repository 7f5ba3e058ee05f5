import {
  type Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from "y-protocols/awareness";
import type { NodeId } from "../../core/node-id.ts";

/** Of awareness states in one message: what fits with the message's own fields. */
const MAX_STATES_BYTES: number = 15 * 1024;

interface Changes {
  readonly added: number[];
  readonly updated: number[];
  readonly removed: number[];
}

export interface AwarenessLine {
  say(update: Uint8Array): boolean;
  sayTo(nodeId: NodeId, update: Uint8Array): boolean;
  /** A state that is too long to be said. */
  failed(error: Error): void;
}

/**
 * Awareness (y-protocols) over ephemeral messages. Each replica says its own states, to everybody when they change and when somebody joins, and tells a
 * neighbour that joins of the others' that it knows. Whose states are whose is what was heard from whom, so that they go when their replica does.
 */
export class SharedAwareness {
  readonly #awareness: Awareness;
  readonly #line: AwarenessLine;
  readonly #clientsOf = new Map<NodeId, Set<number>>();
  readonly #onUpdate = (changes: Changes, origin: unknown): void => this.#updated(changes, origin);
  #from: NodeId | undefined;

  constructor(awareness: Awareness, line: AwarenessLine) {
    this.#awareness = awareness;
    this.#line = line;
    awareness.on("update", this.#onUpdate);
  }

  /** @param own whether they are the sender's, or others' that it knows. */
  hear(from: NodeId, update: Uint8Array, own: boolean): void {
    this.#from = own ? from : undefined;
    try {
      applyAwarenessUpdate(this.#awareness, update, this);
    } finally {
      this.#from = undefined;
    }
  }

  /** A neighbour has come, who may have taken this replica's states for gone: what is said again is newer. */
  joined(nodeId: NodeId): void {
    const { clientID, states } = this.#awareness;
    this.#say(
      [...states.keys()].filter((client) => client !== clientID),
      (update) => this.#line.sayTo(nodeId, update),
    );
    const local = this.#awareness.getLocalState();
    if (local !== null) this.#awareness.setLocalState(local);
  }

  left(nodeId: NodeId): void {
    const clients = this.#clientsOf.get(nodeId);
    this.#clientsOf.delete(nodeId);
    if (clients !== undefined) removeAwarenessStates(this.#awareness, [...clients], this);
  }

  /** Says goodbye for this replica, and forgets all others. */
  end(): void {
    const { clientID, states } = this.#awareness;
    this.#awareness.off("update", this.#onUpdate);
    const others = [...states.keys()].filter((client) => client !== clientID);
    removeAwarenessStates(this.#awareness, others, this);
    if (this.#awareness.getLocalState() !== null) this.#say([clientID], (update) => this.#line.say(update), new Map());
    this.#clientsOf.clear();
  }

  #updated({ added, updated, removed }: Changes, origin: unknown): void {
    if (origin === this) {
      if (this.#from === undefined) return;
      const clients = this.#clientsOf.get(this.#from) ?? new Set();
      this.#clientsOf.set(this.#from, clients);
      for (const client of [...added, ...updated]) clients.add(client);
      for (const client of removed) clients.delete(client);
      return;
    }
    // What has been silent for too long is gone for everybody by themselves.
    if (origin !== "timeout") this.#say([...added, ...updated, ...removed], (update) => this.#line.say(update));
  }

  #say(clients: readonly number[], send: (update: Uint8Array) => void, states = this.#awareness.states): void {
    let batch: number[] = [];
    let bytes = 0;
    const leave = (): void => {
      if (batch.length > 0) send(encodeAwarenessUpdate(this.#awareness, batch, states));
      [batch, bytes] = [[], 0];
    };
    for (const client of clients) {
      const { length } = encodeAwarenessUpdate(this.#awareness, [client], states);
      if (length > MAX_STATES_BYTES) {
        this.#line.failed(
          new RangeError(`An awareness state takes ${length} bytes; ${MAX_STATES_BYTES} can be shared.`),
        );
        continue;
      }
      if (bytes + length > MAX_STATES_BYTES) leave();
      batch.push(client);
      bytes += length;
    }
    leave();
  }
}
