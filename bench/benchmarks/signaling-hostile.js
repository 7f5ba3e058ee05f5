import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readable } from "../runner/figures.js";
import { join, percentile } from "../runner/signaling-client.js";
import { startOurs } from "../runner/signaling-process.js";

const ATTACKERS = fileURLToPath(new URL("../runner/hostile-clients.js", import.meta.url));
const HONEST_ADDRESS = "127.0.0.1";
/** Between two joins, as of people who come and go. */
const PAUSE_MS = 20;
/** The queues of slow readers (256 MiB), a heap that is collected when it likes, and the sockets themselves. */
const MAX_RESIDENT_BYTES = 1024 * 1024 * 1024;

/**
 * The join time of an honest client, to a room with another in it, while others do harm; the reference is that without them. Attackers, server
 * and honest client share one machine, which they would not, and clients that flood have more to do than the server that reads them:
 * attackers run at a lower priority, and a second figure tells the server's own share of a join, for how long its event loop ran
 * meanwhile, which hardly depends on what else the machine does. Fails when the server ends, an honest client is cut off, or memory
 * passes its bound.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const signalingHostile = {
  name: "signaling-hostile",
  async run(bench) {
    const [attackMs, quietMs, idle] = bench.quick ? [3000, 1000, 200] : [60_000, 20_000, 10_000];
    const server = await startOurs();
    /** @type {import("node:child_process").ChildProcess | undefined} */
    let attackers;
    let maxBytes = 0;
    try {
      const { socket: resident } = await join(server.url, "honest", HONEST_ADDRESS);
      const quiet = await joinFor(server, quietMs);
      // They take what the server leaves: a processor that they share is not what they attack.
      attackers = spawn("nice", ["-n", "10", process.execPath, ATTACKERS, server.url, String(idle)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const { stdout } = attackers;
      if (stdout === null) throw new Error("The attackers have no output");
      const [line] = await once(stdout, "data");
      bench.progress(
        `  quiet p99 ${readable(percentile(quiet.ms, 0.99))} ms of ${quiet.ms.length}; attackers: ${line}`,
      );
      const watch = setInterval(
        () =>
          void server.residentBytes().then(
            (bytes) => (maxBytes = Math.max(maxBytes, bytes)),
            () => {},
          ),
        200,
      );
      const waitedMs = await server.waitedMs();
      const attacked = await joinFor(server, attackMs);
      clearInterval(watch);
      const waited = ((await server.waitedMs()) - waitedMs) / attackMs;
      if (!server.isAlive()) throw new Error("The signaling server has ended");
      if (resident.readyState !== resident.OPEN) throw new Error("An honest client was cut off");
      if (maxBytes > MAX_RESIDENT_BYTES) throw new Error(`The signaling server took ${readable(maxBytes / 1e6)} MB`);
      /** @param {"ms" | "busyMs"} what @param {number} share */
      const at = (what, share) =>
        `${readable(percentile(attacked[what], share))} ms (quiet ${readable(percentile(quiet[what], share))})`;
      return [
        {
          bench: "signaling-hostile",
          ours: percentile(attacked.ms, 0.99),
          reference: percentile(quiet.ms, 0.99),
          unit: "ms",
          better: "lower",
          against: "the same without hostile clients",
          notes: [
            `p99 of ${attacked.ms.length} joins in ${attackMs / 1000} s; median ${at("ms", 0.5)}, longest ${at("ms", 1)}`,
            `${JSON.parse(String(line)).idlers} idle sockets; the server took at most ${readable(maxBytes / 1e6)} MB`,
            `the server waited for a processor ${readable(waited * 100)} % of the time: above some percent, the machine is what was measured`,
          ],
        },
        {
          bench: "signaling-hostile-server",
          ours: percentile(attacked.busyMs, 0.99),
          reference: percentile(quiet.busyMs, 0.99),
          unit: "ms",
          better: "lower",
          against: "the same without hostile clients",
          notes: [
            `p99 of the processor time that the server took during a join; median ${at("busyMs", 0.5)}, longest ${at("busyMs", 1)}`,
          ],
        },
      ];
    } finally {
      attackers?.kill("SIGKILL");
      await server.end();
    }
  },
};

/**
 * @param {import("../runner/signaling-process.js").SignalingProcess} server
 * @param {number} durationMs
 * @returns {Promise<{ ms: number[], busyMs: number[] }>} how long each join took, and for how long the server ran meanwhile
 */
async function joinFor(server, durationMs) {
  /** @type {{ ms: number[], busyMs: number[] }} */
  const joins = { ms: [], busyMs: [] };
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const before = await server.busyMs();
    const { socket, ms } = await join(server.url, "honest", HONEST_ADDRESS);
    joins.busyMs.push((await server.busyMs()) - before);
    joins.ms.push(ms);
    socket.close();
    await sleep(PAUSE_MS);
  }
  return joins;
}
