import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CLIENTS = fileURLToPath(new URL("hostile-clients.js", import.meta.url));
const run = promisify(execFile);

/**
 * The hostile clients, in a process of their own.
 *
 * @typedef {object} Attackers
 * @property {number} idlers How many sockets are open and say nothing.
 * @property {() => Promise<void>} yieldProcessor From now on they run only when nothing else wants to (SCHED_IDLE), as if on other machines:
 *   they take none of the server's processor, and only what it leaves. Linux only.
 * @property {() => Promise<void>} shareProcessor From now on they share the processors, as others' processes at a lower priority.
 * @property {() => void} end
 */

/**
 * Resolves when all have begun, sharing the processors.
 *
 * @param {string} url of the server
 * @param {number} idle How many sockets shall be idle.
 * @returns {Promise<Attackers>}
 */
export async function startAttackers(url, idle) {
  const child = spawn("nice", ["-n", "10", process.execPath, CLIENTS, url, String(idle)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("The attackers have ended"))),
  ]);
  /** @param {"--idle" | "--other"} policy Of util-linux's chrt, which every Linux has. */
  const schedule = async (policy) => {
    await run("chrt", [policy, "--all-tasks", "--pid", "0", String(child.pid)]);
  };
  return {
    idlers: JSON.parse(String(line)).idlers,
    yieldProcessor: () => schedule("--idle"),
    shareProcessor: () => schedule("--other"),
    end: () => void child.kill("SIGKILL"),
  };
}
