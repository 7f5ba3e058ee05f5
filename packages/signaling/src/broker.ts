import type { LeftMessage, PublishMessage, RelayedMessage } from "./protocol.ts";

/** What rooms tell each other. Plain JSON, so that a broker can carry it to other servers. */
export type RoomMessage = (PublishMessage & { readonly from: string }) | RelayedMessage | LeftMessage;

/**
 * Joins the rooms of one topic on all servers. A room hears everything through its broker, also what its own members
 * publish; `clients` and rosters are each server's own.
 */
export interface Broker {
  /**
   * Brings `message` to every listener of the topic: to this server's within the call, to others' once, and in order for one
   * publisher. To other servers it leaves only when this one hears the topic, if it subscribes: an answer is not missed.
   */
  publish(topic: string, message: RoomMessage): void;
  /** Returns what ends the subscription. */
  subscribe(topic: string, listener: (message: RoomMessage) => void): () => void;
  /** Tells `healed` when messages to or from other servers have been lost and it works again. Returns what ends that. A broker that loses none leaves it out. */
  onGap?(healed: () => void): () => void;
}

/** Serves the servers of one process. */
export class InProcessBroker implements Broker {
  readonly #listeners = new Map<string, Set<(message: RoomMessage) => void>>();

  publish(topic: string, message: RoomMessage): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(message);
  }

  subscribe(topic: string, listener: (message: RoomMessage) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }
}
