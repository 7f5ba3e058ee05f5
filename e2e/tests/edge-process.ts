import { fileURLToPath } from "node:url";
import { createEdgeReplicator, levelDbStorage } from "@vecmesh/edge";
import { inspectStore } from "@vecmesh/sdk/node";
import { type ServerProcess, startServerProcess } from "../consumer/server-process.ts";

const COMMAND = fileURLToPath(new URL("../bin/vecmesh-edge.js", import.meta.resolve("@vecmesh/edge")));

/** Where an edge replica keeps a room. */
export interface EdgePlace {
  readonly room: string;
  readonly data: string;
}

/** Runs the edge replica's command, on any free port. */
export function startEdge({ room, data }: EdgePlace, signaling: string, ...flags: string[]): Promise<ServerProcess> {
  const place = ["--room", room, "--data", data, "--signaling", signaling];
  return startServerProcess(".", COMMAND, ...place, "--port", "0", "--log-level", "warn", ...flags);
}

/** What the running edge replica says of itself at /metrics. */
export async function edgeMetric(edge: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${edge.url}/metrics`)).text();
  return Number(new RegExp(`^vecmesh_edge_${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1]);
}

/** What is in the store of an edge replica that does not run: what `vecmesh-edge verify` says of it, and the ids. */
export async function inspectEdge({ room, data }: EdgePlace): Promise<{
  readonly damage: string;
  readonly lostCommits: number;
  readonly ids: ReadonlySet<string>;
}> {
  const store = await levelDbStorage(data).open({ room, replicaName: "edge" });
  const { damage } = await inspectStore(store);
  const { lostCommits } = store;
  await store.close();
  const replica = await createEdgeReplicator({ room, data, replicaName: "edge" });
  const ids = new Set<string>();
  for await (const { id } of replica.entries()) ids.add(id);
  await replica.close();
  return { damage, lostCommits, ids };
}
