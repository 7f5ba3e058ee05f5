import { openBareChannel } from "../runner/bare-channel.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { openPair } from "../runner/vecmesh-pair.js";

const ROUNDS = 3;

/**
 * One write until a quorum holds it, over what it cannot do without: a round trip, and a strict commit.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const quorumLatency = {
  name: "quorum-latency",
  async run(bench) {
    const writes = bench.quick ? 10 : 200;

    const rounds = await bench.rounds(ROUNDS, async (first, second) => {
      const pair = await openPair(bench, first, second);
      for (const side of [pair.first, pair.second]) await side.evaluate((tab) => tab.start());
      await pair.first.evaluate((tab) => tab.quorum());
      const wire = await openBareChannel(first, second);
      await wire.second.evaluate((channel) => channel.answerPings());
      const took = await first.evaluate(
        ({ tab, channel, count }) => window.lab.measureQuorumWrites(tab, channel, count),
        { tab: pair.first, channel: wire.first, count: writes },
      );
      await wire.close();
      await pair.close();
      return took;
    });

    /** @param {"write" | "roundTrip" | "commit"} part */
    const of = (part) => median(rounds.map((round) => round[part]));
    return [
      {
        bench: "quorum-latency",
        ours: of("write"),
        reference: of("roundTrip") + of("commit"),
        unit: "ms",
        better: "lower",
        against: "bare round trip + bare strict commit",
        notes: [`round trip ${readable(of("roundTrip"))} ms, strict commit ${readable(of("commit"))} ms`],
      },
    ];
  },
};
