import { openBareChannel, transfer } from "../runner/bare-channel.js";
import { alternately } from "../runner/bench.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

const ROUNDS = 5;

/**
 * A new tab gets everything that another holds, over what a bare data channel brings between the same tabs.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const catchUp = {
  name: "catch-up",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 500 : 20_000,
      dimensions: 384,
      seed: 1,
    });
    const bytes = source.count * source.dimensions * 4;

    const rounds = await bench.rounds(ROUNDS, (first, second, round) =>
      alternately(
        round,
        async () => {
          const pair = await filledAndEmpty(bench, first, second, source);
          const took = await pair.second.evaluate((tab, vectors) => tab.catchUp(vectors), source);
          await pair.second.evaluate((tab, vectors) => tab.verifyStored(vectors), source);
          await pair.close();
          return took;
        },
        async () => {
          const channel = await openBareChannel(first, second);
          const took = await transfer(channel, bytes);
          await channel.close();
          return took;
        },
      ),
    );

    const fromChannelMs = median(rounds.map(({ ours }) => ours.fromChannelMs));
    const fromStartMs = median(rounds.map(({ ours }) => ours.fromStartMs));
    return [
      {
        bench: "catch-up",
        ours: bytes / fromChannelMs / 1000,
        reference: bytes / median(rounds.map(({ reference }) => reference)) / 1000,
        unit: "MB/s",
        better: "higher",
        against: "bare RTCDataChannel",
        notes: [
          `${source.count} x ${source.dimensions} floats durable ${readable(fromChannelMs / 1000)} s after the channel opened, ` +
            `${readable(fromStartMs / 1000)} s after start()`,
        ],
      },
    ];
  },
};
