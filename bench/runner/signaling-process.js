import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("../bin/vecmesh-signaling.js", import.meta.resolve("@vecmesh/signaling")));
const Y_WEBRTC = fileURLToPath(new URL("../bin/server.js", import.meta.resolve("y-webrtc")));

/**
 * A signaling server in a process of its own, so that what it takes can be told from what its clients take.
 *
 * @typedef {object} SignalingProcess
 * @property {string} url
 * @property {() => Promise<number>} residentBytes Linux only.
 * @property {() => number} busyMs For how long its event loop has run. At once, so that nothing else lies between two. Linux only.
 * @property {() => Promise<number>} waitedMs For how long it could have run and had no processor. Linux only.
 * @property {() => boolean} isAlive
 * @property {() => Promise<void>} end
 */

/** vecmesh's, with its default limits. @returns {Promise<SignalingProcess>} */
export async function startOurs() {
  return start(OURS, ["--log-level", "error"], "--port");
}

/** y-webrtc's own. @returns {Promise<SignalingProcess>} */
export async function startYWebrtcs() {
  return start(Y_WEBRTC, [], undefined);
}

/**
 * @param {string} script
 * @param {readonly string[]} args
 * @param {string | undefined} portFlag
 * @returns {Promise<SignalingProcess>}
 */
async function start(script, args, portFlag) {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [script, ...args, ...(portFlag === undefined ? [] : [portFlag, String(port)])],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PORT: String(port) },
    },
  );
  // Both say where they listen.
  await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => Promise.reject(new Error(script)))]);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    url: `ws://127.0.0.1:${port}`,
    isAlive,
    async residentBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    busyMs() {
      const [busyNs] = readFileSync(`/proc/${child.pid}/schedstat`, "utf8").split(" ");
      return Number(busyNs) / 1e6;
    },
    async waitedMs() {
      const [, waitedNs] = (await readFile(`/proc/${child.pid}/schedstat`, "utf8")).split(" ");
      return Number(waitedNs) / 1e6;
    },
    async end() {
      if (!isAlive()) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("No port");
  return address.port;
}
