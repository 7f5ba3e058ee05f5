import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { watchedCatchUps } from "../runner/watched-catch-ups.js";

const ROUNDS = 5;

/**
 * @typedef {import("playwright").Page} Page
 * @typedef {import("../src/task-watch.ts").TaskReport} TaskReport
 */

/**
 * How long the page's main thread is held up while a new tab gets everything, in either tab, beside a bare channel's transfer.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const mainThread = {
  name: "main-thread",
  async run(bench) {
    const rounds = await watchedCatchUps(bench, ROUNDS, watched, async () => undefined);
    const ours = rounds.map((round) => round.ours.watched);
    const reference = rounds.map((round) => round.reference);
    return [
      {
        bench: "main-thread",
        ours: median(ours.map(({ sender, receiver }) => Math.max(sender.longestWaitMs, receiver.longestWaitMs))),
        reference: median(
          reference.map(({ sender, receiver }) => Math.max(sender.longestWaitMs, receiver.longestWaitMs)),
        ),
        unit: "ms",
        better: "lower",
        against: "bare RTCDataChannel",
        notes: [
          `ours, sender: ${described(ours.map(({ sender }) => sender))}`,
          `ours, receiver: ${described(ours.map(({ receiver }) => receiver))}`,
          `bare: ${described(reference.flatMap(({ sender, receiver }) => [sender, receiver]))}`,
        ],
      },
    ];
  },
};

/**
 * @param {Page} first
 * @param {Page} second
 * @param {() => Promise<unknown>} action
 */
async function watched(first, second, action) {
  const [sender, receiver] = await Promise.all([startWatch(first), startWatch(second)]);
  await action();
  const [sent, received] = await Promise.all([stopWatch(sender), stopWatch(receiver)]);
  return { sender: sent, receiver: received };
}

/** @param {Page} page */
function startWatch(page) {
  return page.evaluateHandle(() => window.lab.watchTasks());
}

/** @param {Awaited<ReturnType<typeof startWatch>>} watch */
function stopWatch(watch) {
  return watch.evaluate((tasks) => tasks.stop());
}

/** @param {readonly TaskReport[]} reports */
function described(reports) {
  const waits = reports.map(({ longestWaitMs }) => longestWaitMs);
  const long = reports.flatMap(({ longTasksMs }) => longTasksMs);
  const worst = long.length === 0 ? "" : `, the longest ${readable(Math.max(...long))} ms`;
  return `longest wait ${readable(Math.max(...waits))} ms, ${long.length} tasks of 50 ms and more${worst}`;
}
