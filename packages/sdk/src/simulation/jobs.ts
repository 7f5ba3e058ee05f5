import { parentPort, Worker } from "node:worker_threads";
import { run, type RunResult } from "./run.ts";

/** Asks for one run. */
interface Order {
  readonly seed: number;
  readonly trace: boolean;
}

export interface Series {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  /** Whether every run is traced. */
  readonly trace: boolean;
}

/** Runs of one thread that may be finished before an earlier seed's is told: they wait in memory. */
const MAX_AHEAD = 64;

/** Runs seeds in `jobs` threads, which execute `script`, and tells the results in the order of the seeds. */
export async function* runAll({ first, count, jobs, trace }: Series, script: URL): AsyncGenerator<RunResult, void> {
  if (jobs === 1) {
    for (let seed = first; seed < first + count; seed++) yield await run(seed, { trace });
    return;
  }
  const workers = Array.from({ length: Math.min(jobs, count) }, () => new Worker(script));
  const finished = new Map<number, RunResult>();
  const idle = [...workers];
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  for (const worker of workers) {
    worker.on("message", (result: RunResult) => {
      finished.set(result.seed, result);
      idle.push(worker);
      wake();
    });
    worker.on("error", (error: Error) => {
      failure = error;
      wake();
    });
  }
  try {
    let next = first;
    for (let told = first; told < first + count; told++) {
      while (!finished.has(told)) {
        if (failure !== undefined) throw failure;
        while (idle.length > 0 && next < first + count && next < told + MAX_AHEAD)
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
          idle.pop()!.postMessage({ seed: next++, trace } satisfies Order);
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (!finished.has(told)) await changed;
      }
      yield finished.get(told)!;
      finished.delete(told);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** What a thread of `runAll` does. */
export function serveRuns(): void {
  parentPort?.on("message", (order: Order) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    void run(order.seed, { trace: order.trace }).then((result) => parentPort?.postMessage(result));
  });
}
