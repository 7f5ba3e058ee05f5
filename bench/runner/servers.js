import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { startSignalingServer } from "@vecmesh/signaling";
import { preview } from "vite";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * @typedef {object} Servers
 * @property {string} page Where the tabs' page is.
 * @property {string} signaling vecmesh's signaling server, which y-webrtc uses as well.
 * @property {string} rxdbSignaling RxDB's own.
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Servers>} all on this machine only, on free ports */
export async function startServers() {
  const page = await preview({ root: ROOT, logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
  const signaling = await startSignalingServer({ port: 0 });
  const rxdb = new Worker(new URL("rxdb-signaling.worker.js", import.meta.url), { stdout: true });
  const [rxdbAddress] = await once(rxdb, "message");
  return {
    page: `http://127.0.0.1:${portOf(page.httpServer.address())}/`,
    signaling: signaling.url,
    rxdbSignaling: `ws://127.0.0.1:${portOf(rxdbAddress)}`,
    async close() {
      await Promise.all([signaling.close(), page.close(), rxdb.terminate()]);
    },
  };
}

/** @param {string | import("node:net").AddressInfo | null} address */
function portOf(address) {
  if (typeof address !== "object" || address === null) throw new Error("A server that listens on no port");
  return address.port;
}
