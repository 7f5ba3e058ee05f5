import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";

/** A join that takes longer has failed: clients give up by then. */
const TIMEOUT_MS = 15_000;

/**
 * Connects, subscribes and announces itself, as vecmesh's and y-webrtc's clients do; resolves when its own announcement comes
 * back, which both servers send to the sender as well.
 *
 * @param {string} url
 * @param {string} room
 * @param {string} address Of this machine's, from which to connect.
 * @returns {Promise<{ socket: WebSocket, ms: number }>}
 */
export function join(url, room, address) {
  const startedAt = performance.now();
  const socket = new WebSocket(url, { localAddress: address, perMessageDeflate: false });
  const id = `${address}-${startedAt}-${Math.random()}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.terminate();
      reject(new Error("A join took too long"));
    }, TIMEOUT_MS);
    socket.once("error", reject);
    socket.once("open", () => {
      socket.send(JSON.stringify({ type: "subscribe", topics: [room], nodeId: "0".repeat(32) }));
      socket.send(JSON.stringify({ type: "publish", topic: room, data: { announce: id } }));
    });
    socket.on("message", function heard(data) {
      // ws gives Buffers unless told otherwise.
      if (!(/** @type {Buffer} */ (data).includes(id))) return;
      socket.off("message", heard);
      clearTimeout(timer);
      resolve({ socket, ms: performance.now() - startedAt });
    });
  });
}

/**
 * @param {readonly number[]} values
 * @param {number} share From 0 to 1.
 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error("There is no percentile of nothing");
  return value;
}

/** The i-th of many loopback addresses: as from as many machines. Linux has all of 127.0.0.0/8. @param {number} i */
export function loopback(i) {
  return `127.${1 + Math.floor(i / 65_536)}.${Math.floor(i / 256) % 256}.${1 + (i % 254)}`;
}
