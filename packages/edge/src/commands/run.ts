import process from "node:process";
import { pino } from "pino";
import { isReplicationError, type Replicator } from "@vecmesh/sdk";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { edgeMetrics } from "../http/metrics.ts";
import { logEvents } from "./event-log.ts";
import type { Logger } from "../logger.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Settings } from "../settings/settings.ts";
import { startHttpServer } from "../http/http-server.ts";

const STATUS_MS = 1000;

/** Keeps a replica of each room until SIGTERM or SIGINT. */
export async function run(settings: Settings): Promise<void> {
  const progress = new ProgressLine();
  const logger = pino({ level: settings.logLevel }, loggedAround(progress));
  const replicas = await openAll(settings, logger);
  const stopping = new AbortController();
  const metrics = edgeMetrics(replicas);
  const server = await startHttpServer({
    ...settings.http,
    replicas,
    metrics,
    logger,
    stopping: stopping.signal,
  }).catch(async (error: unknown) => {
    await closeAll(replicas);
    throw error;
  });
  const ended = new Promise<string>((resolve) => {
    // Once: a second signal ends the process at once.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
    for (const [room, replicator] of replicas) logEvents(room, replicator, logger, () => resolve("a lost store"));
  });
  for (const replicator of replicas.values()) await replicator.start();
  process.stdout.write(`vecmesh-edge listens on ${server.url}\n`);
  const drawing = setInterval(() => void draw(progress, replicas), STATUS_MS);
  const cause = await ended;
  clearInterval(drawing);
  progress.clear();
  logger.info({ cause }, "stopping");
  if (cause === "a lost store") process.exitCode = 1;
  stopping.abort();
  await server.close();
  await closeAll(replicas);
  logger.info({}, "stopped");
}

async function openAll(
  { rooms, data, replicaName, replica }: Settings,
  logger: Logger,
): Promise<Map<string, Replicator>> {
  const replicas = new Map<string, Replicator>();
  try {
    for (const room of rooms) {
      const replicator = await createEdgeReplicator({ ...replica, room, replicaName, data });
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
