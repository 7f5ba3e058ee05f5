import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { readable } from "../runner/figures.js";
import { startAttackers } from "../runner/hostile-process.js";
import { join, loopback, percentile } from "../runner/signaling-client.js";
import { counted, signalingMetrics } from "../runner/signaling-metrics.js";
import { startOurs } from "../runner/signaling-process.js";

/** So many homes: joins as often as these would be refused to one. */
const HOMES = 4;
/** Between two joins, as of people who come and go. */
const PAUSE_MS = 10;
/** The queues of slow readers (256 MiB), a heap that is collected when it likes, and the sockets themselves. */
const MAX_RESIDENT_BYTES = 1024 * 1024 * 1024;
/** Between two looks at the memory. */
const WATCH_MS = 200;

/**
 * The join time of an honest client, to a room with another in it, while others do harm; the reference is that without them. Attackers, server
 * and honest client share one machine, which they would not, and clients that flood have more to do than the server that reads them.
 * So for the first figure the attackers run only when nothing else wants to, and then for a while as processes that share the processors.
 * How much of what they do reaches the server is told for both. Another figure tells the server's own share of a join, for how long its
 * event loop ran meanwhile, which hardly depends on what else the machine does. Fails when the server ends, an honest client is cut off, or
 * memory passes its bound.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const signalingHostile = {
  name: "signaling-hostile",
  browsers: false,
  async run(bench) {
    const [attackMs, otherMs, idle] = bench.quick ? [3000, 1000, 200] : [60_000, 20_000, 10_000];
    const server = await startOurs();
    /** @type {import("../runner/hostile-process.js").Attackers | undefined} */
    let attackers;
    let maxBytes = 0;
    const watch = setInterval(
      () =>
        void server.residentBytes().then(
          (bytes) => (maxBytes = Math.max(maxBytes, bytes)),
          () => {},
        ),
      WATCH_MS,
    );
    try {
      const { socket: resident } = await join(server.url, "honest", loopback(0));
      // What a process does at first is slow, with attackers or without.
      await joinFor(server, otherMs / 10);
      const quiet = await joinFor(server, otherMs);
      bench.progress(`  quiet: ${told(quiet)}`);
      attackers = await startAttackers(server.url, idle);
      await attackers.yieldProcessor();
      const attacked = await joinFor(server, attackMs);
      bench.progress(`  attackers on what is left: ${told(attacked)}; ${attacked.load}`);
      await attackers.shareProcessor();
      const shared = await joinFor(server, otherMs);
      bench.progress(`  attackers share the processors: ${told(shared)}; ${shared.load}`);
      if (!server.isAlive()) throw new Error("The signaling server has ended");
      if (resident.readyState !== resident.OPEN) throw new Error("An honest client was cut off");
      if (maxBytes > MAX_RESIDENT_BYTES) throw new Error(`The signaling server took ${readable(maxBytes / 1e6)} MB`);
      /** @param {"ms" | "busyMs"} what @param {number} share */
      const at = (what, share) =>
        `${readable(percentile(attacked[what], share))} ms (quiet ${readable(percentile(quiet[what], share))})`;
      const against = "the same without hostile clients";
      return [
        {
          bench: "signaling-hostile",
          ours: percentile(attacked.ms, 0.99),
          reference: percentile(quiet.ms, 0.99),
          unit: "ms",
          better: "lower",
          against,
          notes: [
            `p99 of ${attacked.ms.length} joins in ${attackMs / 1000} s; median ${at("ms", 0.5)}, longest ${at("ms", 1)}`,
            `${attackers.idlers} idle sockets; the server took at most ${readable(maxBytes / 1e6)} MB`,
            `the attackers are meant to be on other machines: here they ran only when nothing else wanted a processor (SCHED_IDLE). What reached the server: ${attacked.load}`,
            `with attackers that share the processors at a lower priority (nice 10): p99 ${readable(percentile(shared.ms, 0.99))} ms of ${shared.ms.length} joins. What reached the server: ${shared.load}`,
            `the server waited for a processor ${readable(attacked.waitedShare * 100)} % of the time (quiet ${readable(quiet.waitedShare * 100)} %): above some percent, the machine is what was measured`,
          ],
        },
        {
          bench: "signaling-hostile-server",
          ours: percentile(attacked.busyMs, 0.99),
          reference: percentile(quiet.busyMs, 0.99),
          unit: "ms",
          better: "lower",
          against,
          notes: [
            `p99 of the processor time that the server took during a join; median ${at("busyMs", 0.5)}, longest ${at("busyMs", 1)}`,
            `with attackers that share the processors: ${readable(percentile(shared.busyMs, 0.99))} ms`,
          ],
        },
      ];
    } finally {
      clearInterval(watch);
      attackers?.end();
      await server.end();
    }
  },
};

/**
 * @typedef {object} Joins
 * @property {number[]} ms How long each took.
 * @property {number[]} busyMs For how long the server ran meanwhile.
 * @property {number} waitedShare Of the time, for which the server could have run and had no processor.
 * @property {string} load What others did to the server meanwhile, in words.
 */

/**
 * One join after the other.
 *
 * @param {import("../runner/signaling-process.js").SignalingProcess} server
 * @param {number} durationMs
 * @returns {Promise<Joins>}
 */
async function joinFor(server, durationMs) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const busy = [];
  const before = await signalingMetrics(server.url);
  const waitedMs = await server.waitedMs();
  const startedAt = performance.now();
  while (performance.now() < startedAt + durationMs) {
    const busyMs = server.busyMs();
    const { socket, ms } = await join(server.url, "honest", loopback(times.length % HOMES));
    busy.push(server.busyMs() - busyMs);
    times.push(ms);
    socket.close();
    await sleep(PAUSE_MS);
  }
  const tookMs = performance.now() - startedAt;
  const waitedShare = ((await server.waitedMs()) - waitedMs) / tookMs;
  const after = await signalingMetrics(server.url);
  /** @param {string} name @param {number} own Of the joins above. */
  const rate = (name, own = 0) => readable((counted(before, after, name) - own) / (tookMs / 1000));
  const load = [
    `${rate('upgrades_total{status="101"}', times.length)} connections a second and ${rate('upgrades_total{status="429"}')} refused`,
    `${rate("received_messages_total", 2 * times.length)} messages read`,
    `${rate("closed_total")} sockets closed for what they did`,
    `${rate("throttled_total")} times held back`,
    `${rate("sent_messages_total")} messages sent`,
  ].join(", ");
  return { ms: times, busyMs: busy, waitedShare, load };
}

/** @param {Joins} joins */
function told({ ms, busyMs }) {
  return `p99 ${readable(percentile(ms, 0.99))} ms of ${ms.length}, the server's own ${readable(percentile(busyMs, 0.99))} ms`;
}
