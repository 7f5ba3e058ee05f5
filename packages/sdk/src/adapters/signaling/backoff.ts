import type { Runtime } from "../../ports/runtime.ts";

export interface BackoffOptions {
  /** The longest first delay. */
  readonly firstMs: number;
  /** No delay is longer. */
  readonly capMs: number;
}

/** Delays between retries: doubling up to a cap, each drawn from its upper half so that many clients spread out (T5). */
export class Backoff {
  readonly #runtime: Runtime;
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(runtime: Runtime, options: BackoffOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** How often `nextMs` was asked since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  nextMs(): number {
    const { firstMs, capMs } = this.#options;
    const longest = Math.min(capMs, firstMs * 2 ** this.#failures);
    this.#failures++;
    return jittered(this.#runtime, longest);
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** A duration between half of `ms` and `ms`. */
export function jittered(runtime: Runtime, ms: number): number {
  const [high = 0, low = 0] = runtime.randomBytes(2);
  return ms * (0.5 + (high * 256 + low) / 2 ** 17);
}
