import { alternately } from "../runner/bench.js";
import { median } from "../runner/median.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

const ROUNDS = 5;
/** After this long a person has reloaded the page. */
const LIMIT_MS = 60_000;

/**
 * A new tab gets 5,000 entries that another holds, beside RxDB with Dexie and its replication over WebRTC.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const catchUpRxdb = {
  name: "catch-up-rxdb-5000",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 100 : 5000,
      dimensions: 384,
      seed: 3,
    });

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
        () => rxdbCatchUp(bench, first, second, source),
      ),
    );

    const theirs = rounds.map(({ reference }) => reference).filter((took) => took !== null);
    const finishes = theirs.length === rounds.length;
    return [
      {
        bench: "catch-up-rxdb-5000",
        ours: median(rounds.map(({ ours }) => ours)) / 1000,
        reference: finishes ? median(theirs) / 1000 : null,
        unit: "s",
        better: "lower",
        against: "RxDB with Dexie over WebRTC",
        notes: finishes
          ? []
          : [
              `theirs not finished after ${LIMIT_MS / 1000} s in ${rounds.length - theirs.length} of ${rounds.length} rounds`,
            ],
      },
    ];
  },
};

/**
 * @param {import("../runner/bench.js").Bench} bench
 * @param {import("playwright").Page} first
 * @param {import("playwright").Page} second
 * @param {import("../src/vectors.ts").VectorSource} source
 */
async function rxdbCatchUp(bench, first, second, source) {
  const options = { room: bench.room(), signaling: bench.servers.rxdbSignaling };
  const writer = await first.evaluateHandle((given) => window.lab.openRxdb(given), options);
  const reader = await second.evaluateHandle((given) => window.lab.openRxdb(given), options);
  await writer.evaluate((tab, vectors) => tab.load(vectors), source);
  await writer.evaluate((tab) => tab.start());
  const took = await reader.evaluate((tab, given) => tab.catchUp(given.source, given.limit), {
    source,
    limit: LIMIT_MS,
  });
  if (took !== null) await reader.evaluate((tab, vectors) => tab.verify(vectors), source);
  await writer.evaluate((tab) => tab.close());
  await reader.evaluate((tab) => tab.close());
  return took;
}
