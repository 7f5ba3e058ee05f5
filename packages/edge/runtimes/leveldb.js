/** A store in LevelDB: written, closed, opened again; and held by one only. */
import process from "node:process";
import { isReplicationError } from "@vecmesh/sdk";
import { createEdgeReplicator } from "@vecmesh/edge";

const [data = ""] = process.argv.slice(2);
const ENTRIES = 2000;
const open = () => createEdgeReplicator({ room: "runtimes", data, replicaName: "one" });

const replica = await open();
const entries = Array.from({ length: ENTRIES }, (_, i) => ({ id: `n${i}`, vector: Float32Array.of(i, 1) }));
await replica.writeBatch(entries, { consistency: "one" });
const second = await open().catch((/** @type {unknown} */ error) => error);
if (!isReplicationError(second) || second.code !== "replica-in-use") throw new Error("A store was opened twice");
await replica.close();
const again = await open();
const { vector } = (await again.get("n1999")) ?? {};
if ((await again.count()) !== ENTRIES || vector?.[0] !== 1999) throw new Error("Not all is in the store");
await again.close();
