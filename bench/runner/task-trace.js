/**
 * How much of the processor's time the tasks of a page's main thread took, by Chromium's own trace. A busy machine makes a page wait, and does not
 * change that.
 *
 * @typedef {object} TraceEvent As far as it is read here.
 * @property {string} name
 * @property {number} pid
 * @property {number} tid
 * @property {number} [tdur] The thread's own time, in microseconds.
 * @property {{ readonly name?: string }} [args]
 *
 * @typedef {object} TaskTimes
 * @property {number} longestMs
 * @property {number} sumMs
 */

/**
 * @param {import("playwright").Page} page
 * @param {() => Promise<unknown>} action
 * @returns {Promise<TaskTimes>} of the tasks while `action` went on
 */
export async function tracedTasks(page, action) {
  const session = await page.context().newCDPSession(page);
  /** @type {TraceEvent[]} */
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value) events.push(/** @type {any} */ (event));
  });
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { recordMode: "recordAsMuchAsPossible", includedCategories: ["toplevel"] },
  });
  await action();
  const completed = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await completed;
  await session.detach();
  return taskTimes(events);
}

/**
 * @param {readonly TraceEvent[]} events
 * @returns {TaskTimes}
 * @throws {Error} where the trace has no such tasks, or the system does not tell a thread's time
 */
export function taskTimes(events) {
  /** @param {TraceEvent} event */
  const threadOf = ({ pid, tid }) => `${pid}:${tid}`;
  const mainThreads = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(threadOf),
  );
  const times = events
    .filter((event) => TASKS.includes(event.name) && mainThreads.has(threadOf(event)))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
  if (times.length === 0) throw new Error("The trace tells of no task how long it ran");
  return {
    longestMs: times.reduce((longest, time) => Math.max(longest, time), 0),
    sumMs: times.reduce((sum, time) => sum + time, 0),
  };
}

/** What Chromium's versions call a task. */
const TASKS = ["RunTask", "ThreadControllerImpl::RunTask"];
