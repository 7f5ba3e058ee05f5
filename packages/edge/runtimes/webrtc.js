/** Two edge replicas in one process, which meet through a signaling server and connect by @roamhq/wrtc. */
import { join } from "node:path";
import process from "node:process";
import { createEdgeReplicator } from "@vecmesh/edge";
import { twoVoters } from "./two-voters.js";

const [data = "", signaling = ""] = process.argv.slice(2);
/** @param {string} name Each a device of its own, as only such count apart. */
const open = (name) =>
  createEdgeReplicator({ room: "runtimes", signaling, data: join(data, name), iceServers: [], replicationFactor: 2 });

await twoVoters(await open("one"), await open("two"));
