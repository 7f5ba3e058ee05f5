import type { Replicator } from "@vecmesh/sdk";
import { Topic } from "./topic.ts";

export type PresenceState = "online" | "offline" | "changing";

/** Whether this tab takes part in the room. Notes are read and written either way. */
export class Presence {
  readonly changed = new Topic<PresenceState>();
  readonly #replicator: Pick<Replicator, "start" | "stop">;
  #state: PresenceState = "offline";

  constructor(replicator: Pick<Replicator, "start" | "stop">) {
    this.#replicator = replicator;
  }

  get state(): PresenceState {
    return this.#state;
  }

  async join(): Promise<void> {
    await this.#change("online", () => this.#replicator.start());
  }

  async leave(): Promise<void> {
    await this.#change("offline", () => this.#replicator.stop());
  }

  async #change(to: "online" | "offline", act: () => Promise<void>): Promise<void> {
    if (this.#state === "changing" || this.#state === to) return;
    const before = this.#state;
    this.#set("changing");
    try {
      await act();
      this.#set(to);
    } catch (error) {
      this.#set(before);
      throw error;
    }
  }

  #set(state: PresenceState): void {
    this.#state = state;
    this.changed.publish(state);
  }
}
