import type { NodeId, ReplicaInfo, Replicator } from "@vecmesh/sdk";
import { perFrame } from "../view/per-frame.ts";
import { Topic } from "../topic.ts";

/** How often lag is read: often enough to see it move. */
const REFRESH_MS = 1_000;

/** Who is in the room, read again every second and whenever something happens. */
export class RoomState {
  readonly changed = new Topic<void>();
  readonly #replicator: Pick<Replicator, "nodeId" | "replicas" | "on">;
  #replicas: readonly ReplicaInfo[] = [];

  constructor(replicator: Pick<Replicator, "nodeId" | "replicas" | "on">) {
    this.#replicator = replicator;
  }

  /** This replica first. */
  get replicas(): readonly ReplicaInfo[] {
    return this.#replicas;
  }

  /** Peers that can be reached now, those in step first. */
  othersHere(): NodeId[] {
    const others = this.#replicas.filter(({ id, status }) => id !== this.#replicator.nodeId && status !== "offline");
    return others.sort((a, b) => Number(b.status === "healthy") - Number(a.status === "healthy")).map(({ id }) => id);
  }

  /** Begins to follow the room, until it cannot be read any more. */
  follow(report: (error: unknown) => void): void {
    const read = (): void => {
      this.#read().catch((error: unknown) => {
        clearInterval(timer);
        report(error);
      });
    };
    const soon = perFrame(read);
    const timer = setInterval(read, REFRESH_MS);
    for (const type of ["replica", "quorum", "replicaSet", "synced"] as const) this.#replicator.on(type, soon);
    read();
  }

  async #read(): Promise<void> {
    this.#replicas = await this.#replicator.replicas();
    this.changed.publish();
  }
}
