/** Two replicas in memory: a write at quorum, read and found by the other. */
import { Replicator } from "@vecmesh/sdk";
import { MemoryNetwork, memoryStorage } from "@vecmesh/sdk/memory";
import { twoVoters } from "./two-voters.js";

const network = new MemoryNetwork();
const open = () =>
  Replicator.create({
    room: "runtimes",
    storage: memoryStorage(),
    transport: network.transport(),
    replicationFactor: 2,
  });

await twoVoters(await open(), await open());
