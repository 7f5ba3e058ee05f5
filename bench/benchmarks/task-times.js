import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { tracedTasks } from "../runner/task-trace.js";
import { watchedCatchUps } from "../runner/watched-catch-ups.js";

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
    const rounds = await watchedCatchUps(bench, ROUNDS, tracedBoth, (second, pair) =>
      tracedTasks(second, () => pair.second.evaluate((tab) => tab.reopen())),
    );
    const ours = rounds.map(({ ours: { watched, after } }) => ({
      sender: watched[0],
      receiver: watched[1],
      opening: after,
    }));
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
