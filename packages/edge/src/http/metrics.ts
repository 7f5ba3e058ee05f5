import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Replicator } from "@vecmesh/sdk";

const PREFIX = "vecmesh_edge_";

type Read = (replicator: Replicator) => number | Promise<number>;

const ROWS: readonly (readonly [name: string, help: string, read: Read])[] = [
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

/** What Prometheus is told. The one label is the room, which the operator chose. */
export function edgeMetrics(replicas: ReadonlyMap<string, Replicator>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, help, read] of ROWS) {
    const collect = async function (this: Gauge<"room">): Promise<void> {
      for (const [room, replicator] of replicas) this.set({ room }, await read(replicator));
    };
    registry.registerMetric(new Gauge({ name: PREFIX + name, help, labelNames: ["room"], registers: [], collect }));
  }
  return registry;
}

async function online(replicator: Replicator): Promise<Awaited<ReturnType<Replicator["replicas"]>>> {
  return (await replicator.replicas()).filter(({ status }, i) => i === 0 || status !== "offline");
}
