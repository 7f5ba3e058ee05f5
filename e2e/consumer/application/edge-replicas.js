import { createEdgeReplicator } from "@vecmesh/edge";

const [signaling = ""] = process.argv.slice(2);
/** @param {string} data */
const open = (data) =>
  createEdgeReplicator({ room: "consumer", signaling, data, iceServers: [], consistencyLevel: "one" });

const writer = await open("writer");
const reader = await open("reader");
await Promise.all([writer.start(), reader.start()]);
await writer.write({ id: "greeting", vector: Float32Array.of(1, 0, 0), metadata: { text: "hello" } });
for await (const change of reader.changes()) {
  if (change.id === "greeting") break;
}
console.log(JSON.stringify((await reader.get("greeting"))?.metadata));
await Promise.all([writer.close(), reader.close()]);
