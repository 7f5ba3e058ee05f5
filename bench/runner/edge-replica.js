import { NodeProcess } from "./node-process.js";

/** @typedef {NodeProcess<import("./edge-replica.process.js").EdgeReplicaMethods>} EdgeReplica */

/** @returns {EdgeReplica} in a process of its own, that can collect its garbage when it is asked to */
export function startEdgeReplica() {
  return new NodeProcess(new URL("edge-replica.process.js", import.meta.url), ["--expose-gc"]);
}

/**
 * Sends random bytes from one process to the other over a bare data channel: milliseconds.
 *
 * @param {EdgeReplica} first
 * @param {EdgeReplica} second
 * @param {number} bytes
 */
export async function transferBare(first, second, bytes) {
  const both = [first, second];
  await Promise.all(both.map((side) => side.call("openChannel")));
  await first.call("accept", await second.call("answer", await first.call("offer")));
  await Promise.all(both.map((side) => side.call("channelOpened")));
  // The sender must listen first: what one process is told does not wait for what the other does.
  await first.call("prepareToSend", bytes);
  const took = await second.call("receive", bytes);
  await first.call("sent");
  await Promise.all(both.map((side) => side.call("closeChannel")));
  return took;
}
