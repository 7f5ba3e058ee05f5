/** An address that has much to do. */
export interface LaneUser {
  /** Does some of it. */
  takeLane(): void;
}

/**
 * Where addresses that ask for much wait for each other: one of them has its turn in each of the event loop's. However many flood, between two of
 * their messages everybody else is served.
 */
export class SlowLane {
  readonly #waiting = new Set<LaneUser>();
  #moving = false;

  /** Gives it one turn, after those that wait already. */
  enter(user: LaneUser): void {
    this.#waiting.add(user);
    this.#move();
  }

  leave(user: LaneUser): void {
    this.#waiting.delete(user);
  }

  #move(): void {
    if (this.#moving || this.#waiting.size === 0) return;
    this.#moving = true;
    setImmediate(() => {
      this.#moving = false;
      for (const first of this.#waiting) {
        this.#waiting.delete(first);
        first.takeLane();
        break;
      }
      this.#move();
    });
  }
}
