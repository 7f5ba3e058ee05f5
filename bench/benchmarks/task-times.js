import { openBareChannel, transfer } from "../runner/bare-channel.js";
import { alternately } from "../runner/bench.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { tracedTasks } from "../runner/task-trace.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

const ROUNDS = 3;

/**
 * @typedef {import("playwright").Page} Page
 * @typedef {import("../runner/task-trace.js").TaskTimes} TaskTimes
 */

/**
 * How much of the processor's time the longest task of a page takes while a new tab gets everything, and then opens what it has stored.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const taskTimes = {
  name: "task-times",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 500 : 20_000,
      dimensions: 384,
      seed: 7,
    });

    const rounds = await bench.rounds(ROUNDS, (first, second, round) =>
      alternately(
        round,
        async () => {
          const pair = await filledAndEmpty(bench, first, second, source);
          const [sender, receiver] = await tracedBoth(first, second, () =>
            pair.second.evaluate((tab, vectors) => tab.catchUp(vectors), source),
          );
          const opening = await tracedTasks(second, () => pair.second.evaluate((tab) => tab.reopen()));
          await pair.close();
          return { sender, receiver, opening };
        },
        async () => {
          const channel = await openBareChannel(first, second);
          const tasks = await tracedBoth(first, second, () => transfer(channel, source.count * source.dimensions * 4));
          await channel.close();
          return tasks;
        },
      ),
    );

    const ours = rounds.map((round) => round.ours);
    return [
      {
        bench: "task-times",
        ours: median(ours.map(({ sender, receiver }) => Math.max(sender.longestMs, receiver.longestMs))),
        reference: median(rounds.map(({ reference }) => Math.max(...reference.map(({ longestMs }) => longestMs)))),
        unit: "ms",
        better: "lower",
        against: "bare RTCDataChannel",
        notes: [
          `sender: ${described(ours.map(({ sender }) => sender))}`,
          `receiver: ${described(ours.map(({ receiver }) => receiver))}`,
          `opening the store: ${described(ours.map(({ opening }) => opening))}`,
          `bare: ${described(rounds.flatMap(({ reference }) => reference))}`,
        ],
      },
    ];
  },
};

/**
 * @param {Page} first
 * @param {Page} second
 * @param {() => Promise<unknown>} action
 * @returns {Promise<[first: TaskTimes, second: TaskTimes]>}
 */
async function tracedBoth(first, second, action) {
  /** @type {TaskTimes | undefined} */
  let inner;
  const outer = await tracedTasks(first, async () => {
    inner = await tracedTasks(second, action);
  });
  return [outer, /** @type {TaskTimes} */ (inner)];
}

/** @param {readonly TaskTimes[]} times */
function described(times) {
  const longest = Math.max(...times.map(({ longestMs }) => longestMs));
  return `the longest task ran ${readable(longest)} ms, all together ${readable(median(times.map(({ sumMs }) => sumMs)))} ms`;
}
