/** How many bytes may be asked of this replica: some at once, and from then on so many a second. */
export class ByteAllowance {
  readonly #atOnce: number;
  readonly #perSecond: number;
  #left: number;
  #countedAt: number;

  constructor(atOnce: number, perSecond: number, nowMs: number) {
    this.#atOnce = atOnce;
    this.#perSecond = perSecond;
    this.#left = atOnce;
    this.#countedAt = nowMs;
  }

  /** Returns whether so many may pass now, and counts them. */
  take(bytes: number, nowMs: number): boolean {
    this.#left = Math.min(this.#atOnce, this.#left + ((nowMs - this.#countedAt) * this.#perSecond) / 1000);
    this.#countedAt = nowMs;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
