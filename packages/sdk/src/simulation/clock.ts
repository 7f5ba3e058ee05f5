import { BrokenPromiseError } from "./broken-promise-error.ts";

/** One process of a simulated machine, from its start to its end. What is scheduled for it happens only while it lives. */
export interface Life {
  ended: boolean;
  /** A frozen tab: nothing runs until then, in virtual milliseconds; it all runs then, in order. */
  frozenUntil: number;
}

interface Task {
  at: number;
  readonly order: number;
  readonly life: Life | undefined;
  run: (() => void) | undefined;
}

/** Virtual time: tasks run at their time, in the order in which they were scheduled where times are equal. */
export class VirtualClock {
  /** Milliseconds since the run began. */
  now = 0;
  /** Tasks that have run. */
  events = 0;
  readonly #heap: Task[] = [];
  #scheduled = 0;

  /** Runs `run` after `delayMs`, for a life only while it lasts. The returned function cancels. */
  schedule(delayMs: number, run: () => void, life?: Life): () => void {
    const task: Task = { at: this.now + Math.max(0, delayMs), order: this.#scheduled++, life, run };
    this.#push(task);
    return () => {
      task.run = undefined;
    };
  }

  /** A promise for a later time; it never resolves for a life that has ended by then. */
  sleep(delayMs: number, life?: Life): Promise<void> {
    return new Promise((resolve) => void this.schedule(delayMs, resolve, life));
  }

  /** Lets time pass, with all that is due in it; promises have settled wherever they can between two tasks. */
  async runUntil(end: number, maxEvents: number): Promise<void> {
    await settled();
    for (let task = this.#heap[0]; task !== undefined && task.at <= end; task = this.#heap[0]) {
      this.#pop();
      if (task.run === undefined || task.life?.ended === true) continue;
      this.now = task.at;
      if (task.life !== undefined && task.life.frozenUntil > this.now) {
        // It keeps its order: what comes later for this life must not overtake it.
        task.at = task.life.frozenUntil;
        this.#push(task);
        continue;
      }
      if (++this.events > maxEvents)
        throw new BrokenPromiseError(`More than ${maxEvents} events: something never comes to rest`);
      task.run();
      await settled();
    }
    this.now = end;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Node runs a tick when no microtask is left: however long a chain of promises is, it ends at a simulated event. An immediate would
 * do the same, and cost a turn of the event loop.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
