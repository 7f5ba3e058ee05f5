import { alternately } from "../runner/bench.js";
import { median } from "../runner/median.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

const ROUNDS = 5;
/** After this long a person has reloaded the page. */
const LIMIT_MS = 60_000;

/**
 * A new tab gets everything that another holds, beside a Y.Map over y-webrtc.
 *
 * @param {number} count entries
 * @param {number} quickCount entries in a smoke run
 * @returns {import("../runner/bench.js").Benchmark}
 */
export function catchUpYWebrtc(count, quickCount) {
  const name = `catch-up-y-webrtc-${count}`;
  return {
    name,
    async run(bench) {
      const source = /** @type {const} */ ({
        kind: "gaussian",
        count: bench.quick ? quickCount : count,
        dimensions: 384,
        seed: 2,
      });
      /** What has not finished once is not waited for again. */
      let finishes = true;

      const rounds = await bench.rounds(ROUNDS, (first, second, round) =>
        alternately(
          round,
          async () => {
            const pair = await filledAndEmpty(bench, first, second, source);
            const { fromStartMs } = await pair.second.evaluate((tab, vectors) => tab.catchUp(vectors), source);
            await pair.second.evaluate((tab, vectors) => tab.verify(vectors), source);
            await pair.close();
            return fromStartMs;
          },
          async () => {
            if (!finishes) return null;
            const took = await yjsCatchUp(bench, first, second, source);
            finishes = took !== null;
            return took;
          },
        ),
      );

      const theirs = rounds.map(({ reference }) => reference).filter((took) => took !== null);
      return [
        {
          bench: name,
          ours: median(rounds.map(({ ours }) => ours)) / 1000,
          reference: finishes ? median(theirs) / 1000 : null,
          unit: "s",
          better: "lower",
          against: "y-webrtc, in memory only",
          notes: finishes ? [] : [`theirs not finished after ${LIMIT_MS / 1000} s`],
        },
      ];
    },
  };
}

/**
 * @param {import("../runner/bench.js").Bench} bench
 * @param {import("playwright").Page} first
 * @param {import("playwright").Page} second
 * @param {import("../src/vectors.ts").VectorSource} source
 */
async function yjsCatchUp(bench, first, second, source) {
  const options = { room: bench.room(), signaling: bench.servers.signaling };
  const [writer, reader] = await Promise.all(
    [first, second].map((page) => page.evaluateHandle((given) => window.lab.openYjs(given), options)),
  );
  if (writer === undefined || reader === undefined) throw new Error("Two tabs were asked for");
  await writer.evaluate((tab, vectors) => tab.load(vectors), source);
  await writer.evaluate((tab) => tab.start());
  const took = await reader.evaluate((tab, given) => tab.catchUp(given.source, given.limit), {
    source,
    limit: LIMIT_MS,
  });
  if (took !== null) await reader.evaluate((tab, vectors) => tab.verify(vectors), source);
  await Promise.all([writer, reader].map((side) => side.evaluate((tab) => tab.close())));
  return took;
}
