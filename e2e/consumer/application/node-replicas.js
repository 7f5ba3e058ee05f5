import { Replicator } from "@vecmesh/sdk";
import { MemoryNetwork, memoryStorage } from "@vecmesh/sdk/memory";

const network = new MemoryNetwork();
const open = () =>
  Replicator.create({
    room: "consumer",
    storage: memoryStorage(),
    transport: network.transport(),
    consistencyLevel: "one",
  });

const writer = await open();
const reader = await open();
await Promise.all([writer.start(), reader.start()]);
await writer.write({ id: "greeting", vector: Float32Array.of(1, 0, 0), metadata: { text: "hello" } });
for await (const change of reader.changes()) {
  if (change.id === "greeting") break;
}
console.log(JSON.stringify((await reader.get("greeting"))?.metadata));
await Promise.all([writer.close(), reader.close()]);
