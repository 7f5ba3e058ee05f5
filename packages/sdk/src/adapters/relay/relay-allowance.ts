import type { Runtime } from "../../ports/runtime.ts";

/** What may leave at once after a pause. The server allows twice as much, so that jitter on the way costs nothing. */
const BURST_MS = 1000;

/** Keeps a sender to a rate: what is overdrawn is waited off. A token bucket in virtual time (GCRA, ITU-T I.371). */
export class RelayAllowance {
  readonly #runtime: Runtime;
  readonly #bytesPerMs: number;
  /** When what has left so far would have left at exactly the rate. */
  #paidUntil = 0;

  constructor(bytesPerSecond: number, runtime: Runtime) {
    this.#runtime = runtime;
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  get waitMs(): number {
    return Math.max(0, this.#paidUntil - this.#runtime.now());
  }

  spend(bytes: number): void {
    this.#paidUntil = Math.max(this.#paidUntil, this.#runtime.now() - BURST_MS) + bytes / this.#bytesPerMs;
  }
}
