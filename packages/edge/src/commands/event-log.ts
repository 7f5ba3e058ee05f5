import type { Replicator } from "@vecmesh/sdk";
import type { Logger } from "../logger.ts";

/** Logs what a replica tells, by its room. `lost` is called when its store is gone, which closes it. */
export function logEvents(room: string, replicator: Replicator, logger: Logger, lost: () => void): void {
  void (async () => {
    for await (const event of replicator.events({ capacity: 4096 })) {
      switch (event.type) {
        case "error":
          logger.error({ room, code: event.error.code, detail: event.error.message }, "error");
          break;
        case "replicaSet":
        case "quorum":
        case "replica":
          logger.info({ room, ...event }, event.type);
          break;
        case "clockSkew":
        case "overflow":
          logger.warn({ room, ...event }, event.type);
          break;
        case "conflict":
          logger.debug({ room, id: event.id }, event.type);
          break;
        case "synced":
        case "throttled":
          logger.debug({ room, ...event }, event.type);
          break;
      }
    }
    // Events end with the replica.
    lost();
  })();
}
