import process from "node:process";
import { pino } from "pino";
import { isReplicationError, type Replicator } from "@vecmesh/sdk";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { edgeMetrics } from "../http/metrics.ts";
import { InputError } from "./input-error.ts";
import { loadConflictResolution } from "./conflict-resolution.ts";
import { logEvents } from "./event-log.ts";
import type { Logger } from "../logger.ts";
import { ProgressLine } from "./progress-line.ts";
import { startRoomSinks } from "./room-sinks.ts";
import type { Settings } from "../settings/settings.ts";
import { startHttpServer } from "../http/http-server.ts";

const STATUS_MS = 1000;

/** Why it ends; a failure is for its supervisor, too. */
interface Cause {
  readonly cause: string;
  readonly failure?: string;
}

/** Keeps a replica of each room until SIGTERM or SIGINT. */
export async function run(settings: Settings): Promise<void> {
  const progress = new ProgressLine();
  const logger = pino({ level: settings.logLevel }, loggedAround(progress));
  const replicas = await openAll(settings, logger);
  const stopping = new AbortController();
  const opened: AsyncDisposable[] = [];
  const closeServices = async (): Promise<void> => {
    for (const service of opened.reverse()) await service[Symbol.asyncDispose]();
    await closeAll(replicas);
  };
  let end = (_cause: Cause): void => undefined;
  const ended = new Promise<Cause>((resolve) => {
    end = resolve;
  });
  let url: string;
  try {
    const refused = (failure: string): void => end({ cause: "a refused sink", failure });
    const sinks = await startRoomSinks(settings.sink, replicas, logger, refused);
    opened.push(sinks);
    const metrics = edgeMetrics(replicas, sinks.byRoom);
    const server = await startHttpServer({ ...settings.http, replicas, metrics, logger, stopping: stopping.signal });
    opened.push(server);
    ({ url } = server);
  } catch (error) {
    await closeServices();
    throw error;
  }
  // Once: a second signal ends the process at once.
  for (const cause of ["SIGTERM", "SIGINT"] as const) process.once(cause, () => end({ cause }));
  for (const [room, replicator] of replicas)
    logEvents(room, replicator, logger, () =>
      end({ cause: "a lost store", failure: `The store of "${room}" is lost.` }),
    );
  for (const replicator of replicas.values()) await replicator.start();
  process.stdout.write(`vecmesh-edge listens on ${url}\n`);
  const drawing = setInterval(() => void draw(progress, replicas), STATUS_MS);
  const { cause, failure } = await ended;
  clearInterval(drawing);
  progress.clear();
  logger.info({ cause }, "stopping");
  stopping.abort();
  await closeServices();
  logger.info({}, "stopped");
  if (failure !== undefined) throw new InputError(failure);
}

async function openAll(
  { rooms, data, replicaName, replica, conflicts }: Settings,
  logger: Logger,
): Promise<Map<string, Replicator>> {
  const mode = await loadConflictResolution(conflicts);
  const replicas = new Map<string, Replicator>();
  try {
    for (const room of rooms) {
      const replicator = await createEdgeReplicator({ ...replica, ...mode, room, replicaName, data });
      replicas.set(room, replicator);
      logger.info({ room, nodeId: replicator.nodeId, entries: await replicator.count() }, "store opened");
    }
  } catch (error) {
    await closeAll(replicas);
    throw error;
  }
  return replicas;
}

async function closeAll(replicas: ReadonlyMap<string, Replicator>): Promise<void> {
  await Promise.all([...replicas.values()].map((replicator) => replicator.close()));
}

async function draw(progress: ProgressLine, replicas: ReadonlyMap<string, Replicator>): Promise<void> {
  try {
    const texts = await Promise.all([...replicas].map(([room, replicator]) => describe(room, replicator)));
    progress.draw(() => texts.join(" | "));
  } catch (error) {
    // Closed meanwhile.
    if (!isReplicationError(error)) throw error;
  }
}

async function describe(room: string, replicator: Replicator): Promise<string> {
  const peers = (await replicator.replicas()).slice(1).filter(({ status }) => status !== "offline");
  const { queuedBytes } = replicator.stats();
  const queue = queuedBytes === 0 ? "" : `, ${Math.ceil(queuedBytes / 1024)} KiB queued`;
  return `${room}: ${await replicator.count()} entries, ${peers.length} peers, lag ${await replicator.lagMs()} ms${queue}`;
}

/** Standard output is for the one line that scripts wait for. */
function loggedAround(progress: ProgressLine): { write(line: string): void } {
  const destination = pino.destination({ dest: 2, sync: true });
  return {
    write(line) {
      progress.clear();
      destination.write(line);
    },
  };
}
