import { describe, expect, it } from "vitest";
import { taskTimes, type TraceEvent } from "./task-trace.js";

const thread = (tid: number, name: string): TraceEvent => ({ name: "thread_name", pid: 1, tid, args: { name } });
const task = (tid: number, tdur: number, name = "RunTask"): TraceEvent => ({ name, pid: 1, tid, tdur });

describe("the tasks of a trace", () => {
  it("are those of main threads, by the time that they ran", () => {
    const events = [
      thread(1, "CrRendererMain"),
      thread(2, "Chrome_IOThread"),
      task(1, 2000),
      task(1, 12_500, "ThreadControllerImpl::RunTask"),
      task(1, 50_000, "FunctionCall"),
      task(2, 90_000),
    ];
    expect(taskTimes(events)).toEqual({ longestMs: 12.5, sumMs: 14.5 });
  });

  it("that say nothing of their time are no figure", () => {
    const { tdur: _tdur, ...timeless } = task(1, 5);
    expect(() => taskTimes([thread(1, "CrRendererMain"), timeless])).toThrow("no task");
  });
});
