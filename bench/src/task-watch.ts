import HeartbeatWorker from "./heartbeat.worker.ts?worker";

export interface TaskReport {
  /** The longest that a beat, sent every millisecond, waited for the main thread: milliseconds. */
  readonly longestWaitMs: number;
  /** Tasks of 50 ms and more, which the browser itself reports: milliseconds each. */
  readonly longTasksMs: readonly number[];
}

/** Watches how long the page's main thread is held up. */
export class TaskWatch {
  readonly #worker = new HeartbeatWorker();
  readonly #observer: PerformanceObserver;
  readonly #longTasksMs: number[] = [];
  #longestWaitMs = 0;

  private constructor() {
    this.#observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
    this.#observer.observe({ type: "longtask" });
  }

  /** Resolves when the first beat has arrived. */
  static async start(): Promise<TaskWatch> {
    const watch = new TaskWatch();
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve) => {
      port1.addEventListener("message", ({ data }: MessageEvent<number>) => {
        watch.#longestWaitMs = Math.max(watch.#longestWaitMs, performance.timeOrigin + performance.now() - data);
        resolve();
      });
      port1.start();
      watch.#worker.postMessage(null, [port2]);
    });
    watch.#longestWaitMs = 0;
    return watch;
  }

  async stop(): Promise<TaskReport> {
    // A task that is still counted: its entry comes with the next task.
    await new Promise((resolve) => setTimeout(resolve));
    this.#note(this.#observer.takeRecords());
    this.#observer.disconnect();
    this.#worker.terminate();
    return { longestWaitMs: this.#longestWaitMs, longTasksMs: this.#longTasksMs };
  }

  #note(entries: PerformanceEntryList): void {
    for (const { duration } of entries) this.#longTasksMs.push(duration);
  }
}
