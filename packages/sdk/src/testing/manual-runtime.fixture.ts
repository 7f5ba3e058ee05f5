import type { Runtime } from "../ports/runtime.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A Runtime whose time stands still until it is moved, and whose random bytes are always the same sequence. */
export class ManualRuntime implements Runtime {
  #now = 1_000_000;
  #random = 1;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#random = (this.#random * 1103515245 + 12345) % 2 ** 31;
      return this.#random >> 16;
    });
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Needs no time to pass, so nobody need move it. */
  soon(callback: () => void): void {
    setImmediate(callback);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass, running each timer when it is due and giving promises their turn in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
      await settled();
    }
    this.#now = end;
  }

  /** The page is frozen, or its clock is set: time passes and no timer runs. They run, late, at the next `advance`. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #nextUntil(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Lets everything run that waits for promises only. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
