/** Meters a flow: bursts up to a size, a steady rate beyond it. It may be overdrawn; the debt is waited off. Pure: time is passed in. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #tokensPerSecond: number;
  #tokens: number;
  #updatedMs: number;

  constructor(capacity: number, tokensPerSecond: number, nowMs: number) {
    this.#capacity = capacity;
    this.#tokensPerSecond = tokensPerSecond;
    this.#tokens = capacity;
    this.#updatedMs = nowMs;
  }

  /** Takes `cost` tokens and returns for how many milliseconds nothing more should be taken: 0 unless it is overdrawn. */
  spend(cost: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#tokens -= cost;
    return Math.max(0, (-this.#tokens / this.#tokensPerSecond) * 1000);
  }

  /** Whether `cost` could be spent without debt. */
  has(cost: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= cost;
  }

  /** No more than half was spent. */
  isHalfFull(nowMs: number): boolean {
    return this.has(this.#capacity / 2, nowMs);
  }

  /** Nothing tells it from a new one. */
  isFull(nowMs: number): boolean {
    return this.has(this.#capacity, nowMs);
  }

  #fill(nowMs: number): void {
    const filled = ((nowMs - this.#updatedMs) / 1000) * this.#tokensPerSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + filled);
    this.#updatedMs = nowMs;
  }
}
