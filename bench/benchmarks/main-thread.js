import { openBareChannel, transfer } from "../runner/bare-channel.js";
import { alternately } from "../runner/bench.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { filledAndEmpty } from "../runner/vecmesh-pair.js";

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
          const tasks = await watched(first, second, async () => {
            await pair.second.evaluate((tab, vectors) => tab.catchUp(vectors), source);
          });
          await pair.close();
          return tasks;
        },
        async () => {
          const channel = await openBareChannel(first, second);
          const tasks = await watched(first, second, () => transfer(channel, source.count * source.dimensions * 4));
          await channel.close();
          return tasks;
        },
      ),
    );

    const ours = rounds.map((round) => round.ours);
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
