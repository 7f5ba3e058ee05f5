import type { EntryReader } from "./entry-reader.ts";
import type { EventHub } from "./events.ts";
import type { JsonObject } from "../core/version.ts";
import type { Notice } from "../core/effects.ts";
import { replicationError } from "../core/replication-error.ts";

/** Makes events, which name values and people's errors, of what the core notices, which names ids and records. */
export class NoticeEvents<M extends JsonObject> {
  readonly #events: EventHub;
  readonly #reader: EntryReader<M>;
  readonly #isClosing: () => boolean;

  constructor(events: EventHub, reader: EntryReader<M>, isClosing: () => boolean) {
    this.#events = events;
    this.#reader = reader;
    this.#isClosing = isClosing;
  }

  tell(notice: Notice): void {
    if (notice.type === "conflict") {
      void this.#tellConflict(notice.id);
    } else if (notice.type === "replicaSet") {
      const { epoch, voters } = notice.record;
      this.#events.publish({ type: "replicaSet", epoch, voters: voters.map((voter) => voter.nodeId) });
    } else {
      this.#events.publish(notice);
    }
  }

  async #tellConflict(id: string): Promise<void> {
    try {
      const conflict = await this.#reader.conflict(id);
      if (conflict !== undefined) this.#events.publish({ type: "conflict", id, ...conflict });
    } catch (cause) {
      // The store is on its way out, and what was to be read is nobody's loss.
      if (this.#isClosing()) return;
      const error = replicationError("storage-corrupt", `The conflict at "${id}" could not be read.`, {}, { cause });
      this.#events.publish({ type: "error", error });
    }
  }
}
