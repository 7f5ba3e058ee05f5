import { openBareChannel } from "../runner/bare-channel.js";
import { alternately } from "../runner/bench.js";
import { median } from "../runner/median.js";
import { openPair } from "../runner/vecmesh-pair.js";
import { writtenAndShown } from "../runner/written-and-shown.js";

const ROUNDS = 7;

/**
 * Single writes in one tab until another, connected one shows the last, beside as many sets of a Y.Map over y-webrtc.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const live = {
  name: "live",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 50 : 500,
      dimensions: 384,
      seed: 4,
    });

    const rounds = await bench.rounds(ROUNDS, async (first, second, round) => {
      const wire = await openBareChannel(first, second);
      const took = await alternately(
        round,
        async () => {
          const pair = await openPair(bench, first, second);
          for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.start());
          for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.quorum());
          const shown = await writtenAndShown(wire, pair.first, pair.second, source);
          await pair.second.evaluate((tab, vectors) => tab.verify(vectors), source);
          await pair.close();
          return shown;
        },
        async () => {
          const pair = await openYjsPair(bench, first, second);
          const shown = await writtenAndShown(wire, pair.first, pair.second, source);
          await pair.second.evaluate((tab, vectors) => tab.verify(vectors), source);
          for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.close());
          return shown;
        },
      );
      await wire.close();
      return took;
    });

    return [
      {
        bench: "live",
        ours: median(rounds.map(({ ours }) => ours)),
        reference: median(rounds.map(({ reference }) => reference)),
        unit: "ms",
        better: "lower",
        against: "y-webrtc, in memory only",
        notes: [],
      },
    ];
  },
};

/**
 * @param {import("../runner/bench.js").Bench} bench
 * @param {import("playwright").Page} first
 * @param {import("playwright").Page} second
 */
async function openYjsPair(bench, first, second) {
  const options = { room: bench.room(), signaling: bench.servers.signaling };
  /** @param {import("playwright").Page} page */
  const open = (page) => page.evaluateHandle((given) => window.lab.openYjs(given), options);
  const pair = { first: await open(first), second: await open(second) };
  for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.start());
  for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.connected());
  return pair;
}
