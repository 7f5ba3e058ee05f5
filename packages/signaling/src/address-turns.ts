import type { LaneUser, SlowLane } from "./slow-lane.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** One socket of an address, with something to do. */
export interface TurnTaker {
  /** Does the next of it. What it costs is charged meanwhile. */
  takeTurn(): void;
}

/**
 * After so many tokens in one turn of the event loop the sockets of an address have to wait for the next: it is one message to a large room, or
 * a few to small ones. Whoever else is there has a turn in between.
 */
const TOKENS_PER_TURN = 4;

/**
 * Lets the sockets of one address take turns, one message each, within the address's bucket. Fifty sockets that flood are then, for others, as
 * one: not a burst of fifty messages at each turn, and another whenever the address may spend again. Once it has spent half of its bucket an
 * address waits for the others that have.
 */
export class AddressTurns implements LaneUser {
  readonly #bucket: TokenBucket;
  readonly #lane: SlowLane;
  readonly #waiting = new Set<TurnTaker>();
  #spentInTurn = 0;
  #cancel: (() => void) | undefined;

  /** @param lane The server's. */
  constructor(bucket: TokenBucket, lane: SlowLane) {
    this.#bucket = bucket;
    this.#lane = lane;
  }

  /** Whether nobody waits, and something may be done at once. */
  isFree(nowMs: number): boolean {
    return this.#waiting.size === 0 && this.#spentInTurn < TOKENS_PER_TURN && this.#bucket.isHalfFull(nowMs);
  }

  /** Whether the address has overdrawn its bucket. */
  isInDebt(nowMs: number): boolean {
    return !this.#bucket.has(0, nowMs);
  }

  charge(cost: number, nowMs: number): void {
    this.#bucket.spend(cost, nowMs);
    if (this.#spentInTurn === 0) setImmediate(() => (this.#spentInTurn = 0));
    this.#spentInTurn += cost;
  }

  /** Gives it a turn when those that wait already have had theirs, and the debt is paid. */
  wait(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#schedule();
  }

  /** It has nothing to do any more. */
  leave(taker: TurnTaker): void {
    this.#waiting.delete(taker);
    if (this.#waiting.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    if (this.#cancel !== undefined) return;
    const nowMs = performance.now();
    const debtMs = this.#bucket.spend(0, nowMs);
    if (debtMs > 0) {
      const timer = setTimeout(() => this.#enterLane(), debtMs);
      this.#cancel = () => clearTimeout(timer);
    } else if (this.#bucket.isHalfFull(nowMs)) {
      const immediate = setImmediate(() => this.takeLane());
      this.#cancel = () => clearImmediate(immediate);
    } else {
      this.#enterLane();
    }
  }

  #enterLane(): void {
    this.#lane.enter(this);
    this.#cancel = () => this.#lane.leave(this);
  }

  takeLane(): void {
    this.#cancel = undefined;
    this.#spentInTurn = 0;
    // Who waits again goes to the end.
    for (const taker of this.#waiting) {
      if (this.#spentInTurn >= TOKENS_PER_TURN || this.isInDebt(performance.now())) break;
      this.#waiting.delete(taker);
      taker.takeTurn();
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}
