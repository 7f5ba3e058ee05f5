import type { Runtime } from "../ports/runtime.ts";

/** Bytes may leave in one burst that were not used in this time: a batch is not cut up for an idle line. */
const BURST_SECONDS = 0.25;

interface Waiting {
  readonly bytes: number;
  readonly send: () => void;
}

/** Holds replication to a rate over all peers, first come first served: a token bucket in virtual time (GCRA, ITU-T I.371). */
export class Throttle {
  readonly #bytesPerMs: number;
  readonly #runtime: Runtime;
  readonly #onThrottled: () => void;
  readonly #waiting: Waiting[] = [];
  /** When what has left so far would have left at exactly the rate. */
  #paidUntil = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(bytesPerSecond: number, runtime: Runtime, onThrottled: () => void) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#runtime = runtime;
    this.#onThrottled = onThrottled;
  }

  /** Calls `send` now or when the rate allows it, in the order of the calls. */
  pass(bytes: number, send: () => void): void {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) {
      send();
      return;
    }
    this.#waiting.push({ bytes, send });
    if (this.#cancelTimer === undefined) {
      this.#drain();
      if (this.#cancelTimer !== undefined) this.#onThrottled();
    }
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting.length = 0;
  }

  #drain(): void {
    this.#cancelTimer = undefined;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const now = this.#runtime.now();
      this.#paidUntil = Math.max(this.#paidUntil, now - BURST_SECONDS * 1000);
      if (this.#paidUntil > now) {
        this.#cancelTimer = this.#runtime.setTimer(() => this.#drain(), this.#paidUntil - now);
        return;
      }
      this.#waiting.shift();
      this.#paidUntil += next.bytes / this.#bytesPerMs;
      next.send();
    }
  }
}
