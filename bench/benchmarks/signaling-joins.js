import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { alternately } from "../runner/bench.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { join, loopback, percentile } from "../runner/signaling-client.js";
import { startOurs, startYWebrtcs } from "../runner/signaling-process.js";

const ROUNDS = 3;
const ROOM_SIZE = 10;
/** Joins under way at a time. */
const AT_A_TIME = 100;
/** By default an address may open 400 sockets at once, fewer if they say something. */
const SOCKETS_PER_ADDRESS = 100;
/** Until a heap that is being filled has settled. */
const SETTLE_MS = 3000;

/**
 * Sockets in rooms of ten on one server's process: joins a second, and memory for each socket.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const signalingJoins = {
  name: "signaling-joins",
  browsers: false,
  async run(bench) {
    const sockets = bench.quick ? 200 : 10_000;
    /** @type {{ ours: Filled, reference: Filled }[]} */
    const rounds = [];
    for (let round = 0; round < (bench.quick ? 1 : ROUNDS); round++) {
      rounds.push(
        await alternately(
          round,
          () => fill(startOurs, sockets),
          () => fill(startYWebrtcs, sockets),
        ),
      );
      bench.progress(`  round ${round + 1}: ${JSON.stringify(rounds.at(-1))}`);
    }
    const against = `y-webrtc's own server, ${sockets} sockets in ${sockets / ROOM_SIZE} rooms`;
    /** @param {(filled: Filled) => number} of */
    const both = (of) => ({
      ours: median(rounds.map(({ ours }) => of(ours))),
      reference: median(rounds.map(({ reference }) => of(reference))),
      against,
    });
    const p99 = both((filled) => filled.p99Ms);
    return [
      {
        bench: "signaling-joins",
        ...both((filled) => filled.joinsPerSecond),
        unit: "/s",
        better: "higher",
        notes: [
          `p99 of a join, ${AT_A_TIME} at a time: ${readable(p99.ours)} ms, theirs ${readable(p99.reference)} ms`,
        ],
      },
      {
        bench: "signaling-memory",
        ...both((filled) => filled.bytesPerSocket),
        unit: "B",
        better: "lower",
        notes: [],
      },
    ];
  },
};

/** @typedef {{ joinsPerSecond: number, p99Ms: number, bytesPerSocket: number }} Filled */

/**
 * @param {() => Promise<import("../runner/signaling-process.js").SignalingProcess>} start
 * @param {number} count
 * @returns {Promise<Filled>}
 */
async function fill(start, count) {
  const server = await start();
  /** @type {import("ws").WebSocket[]} */
  const sockets = [];
  try {
    const emptyBytes = await server.residentBytes();
    /** @type {number[]} */
    const times = [];
    let next = 0;
    const startedAt = performance.now();
    const joinOneByOne = async () => {
      while (next < count) {
        const i = next++;
        const room = `room ${Math.floor(i / ROOM_SIZE)}`;
        const { socket, ms } = await join(server.url, room, loopback(Math.floor(i / SOCKETS_PER_ADDRESS)));
        sockets.push(socket);
        times.push(ms);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, joinOneByOne));
    const seconds = (performance.now() - startedAt) / 1000;
    await sleep(SETTLE_MS);
    const bytesPerSocket = ((await server.residentBytes()) - emptyBytes) / count;
    const open = sockets.filter((socket) => socket.readyState === socket.OPEN).length;
    if (open !== count) throw new Error(`${count - open} of ${count} sockets were closed`);
    return { joinsPerSecond: count / seconds, p99Ms: percentile(times, 0.99), bytesPerSocket };
  } finally {
    for (const socket of sockets) socket.terminate();
    await server.end();
  }
}
