import type { Environment } from "./environment.ts";

/** Between two replicas' first tries of the same thing: what the first needs with slow disks, so that mostly nobody else tries. */
const STEP_MS = 1000;

/** The last doubling of the delay: about a minute. */
const MAX_DOUBLINGS = 6;

interface Attempt {
  readonly since: number;
  failures: number;
}

/**
 * When to try what others may be trying, too: by rank instead of by chance, so that no two wait equally long, and longer after every
 * failure.
 */
export class Backoff<K> {
  readonly #env: Environment;
  readonly #attempts = new Map<K, Attempt>();
  #next: number | undefined;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Whether it is time; the first question starts the clock. */
  isDue(key: K, rank: number): boolean {
    const attempt = this.#attempts.get(key) ?? { since: this.#env.now(), failures: 0 };
    this.#attempts.set(key, attempt);
    const { since, failures } = attempt;
    const doublings = Math.min(failures, MAX_DOUBLINGS);
    const due = since + STEP_MS * (failures === 0 ? rank : (rank + 1) * 2 ** (doublings - 1));
    const now = this.#env.now();
    // A clock that was set back must not stop what was due.
    const isDue = due <= now || since > now;
    if (!isDue) this.#next = Math.min(this.#next ?? due, due);
    return isDue;
  }

  failed(key: K): void {
    const failures = (this.#attempts.get(key)?.failures ?? 0) + 1;
    this.#attempts.set(key, { since: this.#env.now(), failures });
  }

  forget(key: K): void {
    this.#attempts.delete(key);
  }

  /** When something is due that was not when it was asked about. */
  nextWake(): number | undefined {
    if (this.#next !== undefined && (this.#next <= this.#env.now() || this.#attempts.size === 0))
      this.#next = undefined;
    return this.#next;
  }
}
