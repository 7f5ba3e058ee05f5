import { openBareChannel, transfer } from "../runner/bare-channel.js";
import { alternately } from "../runner/bench.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

const ROUNDS = 5;

/** @typedef {import("../src/vectors.ts").VectorSource} VectorSource */

/**
 * All bytes that a catch-up gives to the data channel, both ways, over those of the floats themselves.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const bytes = {
  name: "bytes",
  async run(bench) {
    return [
      await figureOf(bench, "bytes", "gaussian unit vectors", {
        kind: "gaussian",
        count: bench.quick ? 500 : 5000,
        dimensions: 384,
        seed: 6,
      }),
      await figureOf(bench, "bytes-glove", "GloVe", {
        kind: "glove",
        count: bench.quick ? 500 : 5000,
        dimensions: 100,
      }),
    ];
  },
};

/**
 * @param {import("../runner/bench.js").Bench} bench
 * @param {string} name
 * @param {string} vectors
 * @param {VectorSource} source
 * @returns {Promise<import("../runner/figures.js").Figure>}
 */
async function figureOf(bench, name, vectors, source) {
  const floatBytes = source.count * source.dimensions * 4;
  const rounds = await bench.rounds(ROUNDS, (first, second, round) =>
    alternately(
      round,
      async () => {
        const pair = await filledAndEmpty(bench, first, second, source);
        await pair.second.evaluate((tab, given) => tab.catchUp(given), source);
        const wire = await pair.first.evaluate((tab) => tab.wireBytes());
        await pair.close();
        return wire;
      },
      async () => {
        const watch = await first.evaluateHandle(() => window.lab.watchConnections());
        const channel = await openBareChannel(first, second);
        await transfer(channel, floatBytes);
        const wire = await watch.evaluate((connections) => connections.wireBytes());
        await channel.close();
        return wire;
      },
    ),
  );

  const ours = median(rounds.map((round) => round.ours.channels));
  /** @param {readonly import("../src/connection-log.ts").WireBytes[]} wires */
  const packets = (wires) => readable(median(wires.map((wire) => wire.packets)) / floatBytes);
  return {
    bench: name,
    ours,
    reference: floatBytes,
    unit: "B",
    better: "lower",
    against: `the floats of ${source.count} x ${source.dimensions} ${vectors}`,
    notes: [
      `packets over floats ${packets(rounds.map((round) => round.ours))}; ` +
        `the bare floats by a bare channel ${packets(rounds.map(({ reference }) => reference))}`,
    ],
  };
}
