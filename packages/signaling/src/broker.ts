import type { LeftMessage, PublishMessage } from "./protocol.ts";

/** What rooms tell each other. Plain JSON, so that a broker can carry it to other servers. */
export type RoomMessage = (PublishMessage & { readonly from: string }) | LeftMessage;

/**
 * Joins the rooms of one topic on all servers. A room hears everything through its broker, also what its own members
 * publish; `clients` and rosters are each server's own.
 */
export interface Broker {
  /** Brings `message` to every listener of the topic, on this server too; in order for one publisher. */
  publish(topic: string, message: RoomMessage): void;
  /** Returns what ends the subscription. */
  subscribe(topic: string, listener: (message: RoomMessage) => void): () => void;
}

/** Serves the servers of one process. Delivers at once, within `publish`. */
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
