import { openBareChannel, transfer } from "./bare-channel.js";
import { alternately } from "./bench.js";
import { filledAndEmpty } from "./vecmesh-pair.js";

/**
 * @typedef {import("playwright").Page} Page
 * @typedef {Awaited<ReturnType<typeof filledAndEmpty>>} Pair
 */

/**
 * Rounds in which a new tab gets everything, and as many bytes go over a bare channel, both watched in the same way.
 *
 * @template Watched
 * @template After
 * @param {import("./bench.js").Bench} bench
 * @param {number} rounds
 * @param {(first: Page, second: Page, action: () => Promise<unknown>) => Promise<Watched>} watch
 * @param {(second: Page, pair: Pair) => Promise<After>} afterwards what else is measured before ours are closed
 */
export function watchedCatchUps(bench, rounds, watch, afterwards) {
  const source = /** @type {const} */ ({
    kind: "gaussian",
    count: bench.quick ? 500 : 20_000,
    dimensions: 384,
    seed: 7,
  });
  return bench.rounds(rounds, (first, second, round) =>
    alternately(
      round,
      async () => {
        const pair = await filledAndEmpty(bench, first, second, source);
        const watched = await watch(first, second, () =>
          pair.second.evaluate((tab, vectors) => tab.catchUp(vectors), source),
        );
        const after = await afterwards(second, pair);
        await pair.close();
        return { watched, after };
      },
      async () => {
        const channel = await openBareChannel(first, second);
        const watched = await watch(first, second, () => transfer(channel, source.count * source.dimensions * 4));
        await channel.close();
        return watched;
      },
    ),
  );
}
