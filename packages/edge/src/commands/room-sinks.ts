import { isReplicationError, type Replicator } from "@vecmesh/sdk";
import { type Sink, startSink } from "../sink/sink.ts";
import type { Logger } from "../logger.ts";
import { pgConnection } from "../sink/postgres/pg-connection.ts";
import { postgresTarget } from "../sink/postgres/postgres-target.ts";
import { SinkError } from "../sink/sink-error.ts";

/** The sinks of all rooms, into one database. */
export interface RoomSinks extends AsyncDisposable {
  readonly byRoom: ReadonlyMap<string, Sink>;
}

/**
 * Feeds each room into the database at the URL; without one, none. A sink that ends later leaves the replica as it is: what peers rely on does not hang on
 * a database.
 * @param refused called with a reason when the database refuses a sink that has not begun, which is a mistake in the settings
 */
export async function startRoomSinks(
  url: string | undefined,
  replicas: ReadonlyMap<string, Replicator>,
  logger: Logger,
  refused: (reason: string) => void,
): Promise<RoomSinks> {
  const byRoom = new Map<string, Sink>();
  if (url === undefined) return { byRoom, [Symbol.asyncDispose]: async () => undefined };
  const target = postgresTarget(await pgConnection(url));
  for (const [room, replicator] of replicas) {
    const sink = startSink({ replicator, room, target, logger });
    byRoom.set(room, sink);
    let hasStarted = false;
    sink.started.then(
      () => {
        hasStarted = true;
      },
      // `ended` tells.
      () => undefined,
    );
    sink.ended.catch((error: unknown) => {
      if (!(error instanceof SinkError || isReplicationError(error))) throw error;
      logger.error({ room, code: error.code, detail: error.message }, "the sink has ended");
      if (!hasStarted) refused(`The sink of the room "${room}" did not start. ${error.message}`);
    });
  }
  return {
    byRoom,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...byRoom.values()].map((sink) => sink.close()));
      await target.close();
    },
  };
}
