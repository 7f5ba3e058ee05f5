/** How often something may be asked of this replica: some times in a row, and from then on once in a while. */
export class Allowance {
  readonly #atOnce: number;
  readonly #everyMs: number;
  #left: number;
  /** Up to when what has come back is counted: milliseconds since 1970. */
  #countedAt: number;

  constructor(atOnce: number, everyMs: number, nowMs: number) {
    this.#atOnce = atOnce;
    this.#everyMs = everyMs;
    this.#left = atOnce;
    this.#countedAt = nowMs;
  }

  /** Returns whether it may be done now, and counts it. */
  take(nowMs: number): boolean {
    const back = Math.floor((nowMs - this.#countedAt) / this.#everyMs);
    this.#left = Math.min(this.#atOnce, this.#left + back);
    this.#countedAt += back * this.#everyMs;
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  /** When `take` will succeed after it has failed: milliseconds since 1970. */
  get nextAt(): number {
    return this.#countedAt + this.#everyMs;
  }
}
