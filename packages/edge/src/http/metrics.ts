import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Replicator } from "@vecmesh/sdk";
import type { Sink } from "../sink/sink.ts";

const PREFIX = "vecmesh_edge_";

type Rows<T> = readonly (readonly [name: string, help: string, read: (of: T) => number | Promise<number>])[];

const ROWS: Rows<Replicator> = [
  ["entries", "Visible entries.", (replicator) => replicator.count()],
  ["lag_ms", "The largest lag among the voters that are online.", (replicator) => replicator.lagMs()],
  ["queued_bytes", "Bytes that wait to leave, for all peers.", (replicator) => replicator.stats().queuedBytes],
  ["peers", "Replicas that are connected.", async (replicator) => (await online(replicator)).length - 1],
  [
    "voters_online",
    "Voters that are connected, this replica among them.",
    async (replicator) => (await online(replicator)).filter(({ role }) => role === "voter").length,
  ],
  [
    "is_voter",
    "Whether this replica votes.",
    async (replicator) => Number((await replicator.replicas())[0]?.role === "voter"),
  ],
  ["sent_acks", "Acknowledgements given, since the start.", (replicator) => replicator.stats().sentAcks],
  ["received_acks", "Acknowledgements had, since the start.", (replicator) => replicator.stats().receivedAcks],
  ["sent_bytes", "Bytes sent to peers, since the start.", (replicator) => replicator.stats().sentBytes],
  ["received_bytes", "Bytes received from peers, since the start.", (replicator) => replicator.stats().receivedBytes],
  ["saved_bytes", "Bytes that compression has saved, since the start.", (replicator) => replicator.stats().savedBytes],
];

const SINK_ROWS: Rows<Sink> = [
  ["sink_lag_ms", "How old what the database holds is; 0: it has everything.", (sink) => sink.stats().lagMs],
  ["sink_running", "Whether the database is still fed.", (sink) => Number(sink.stats().isRunning)],
  ["sink_puts", "Entries put into the database, since the start.", (sink) => sink.stats().puts],
  ["sink_deletes", "Entries deleted from the database, since the start.", (sink) => sink.stats().deletes],
  ["sink_failures", "Attempts on the database that have failed, since the start.", (sink) => sink.stats().failures],
  ["sink_resyncs", "How often all entries had to be compared, since the start.", (sink) => sink.stats().resyncs],
];

/** What Prometheus is told. The one label is the room, which the operator chose. */
export function edgeMetrics(
  replicas: ReadonlyMap<string, Replicator>,
  sinks: ReadonlyMap<string, Sink> = new Map(),
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, ROWS, replicas);
  if (sinks.size > 0) gauge(registry, SINK_ROWS, sinks);
  return registry;
}

function gauge<T>(registry: Registry, rows: Rows<T>, byRoom: ReadonlyMap<string, T>): void {
  for (const [name, help, read] of rows) {
    const collect = async function (this: Gauge<"room">): Promise<void> {
      for (const [room, of] of byRoom) this.set({ room }, await read(of));
    };
    registry.registerMetric(new Gauge({ name: PREFIX + name, help, labelNames: ["room"], registers: [], collect }));
  }
}

async function online(replicator: Replicator): Promise<Awaited<ReturnType<Replicator["replicas"]>>> {
  return (await replicator.replicas()).filter(({ status }, i) => i === 0 || status !== "offline");
}
