import type { WebSocket } from "ws";
import type { AddressTurns, TurnTaker } from "./address-turns.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** Whose messages are metered. */
export interface Metered<M> {
  /** Does what a message asks for, and charges for it. */
  handle(message: M): void;
  /** Told of each time that the socket has to wait off a debt. */
  throttled(): void;
}

/** What was read with a message that has to wait, one segment, has about as many of a kilobyte. More of them are handled at once: they take memory. */
const MAX_BACKLOG = 64;

/**
 * Holds a socket to its bucket and its address's: while either is overdrawn it is not read. What was read already waits as well, and then
 * for its turn among the address's.
 */
export class TrafficMeter<M> implements TurnTaker {
  readonly #client: Metered<M>;
  readonly #socket: WebSocket;
  readonly #bucket: TokenBucket;
  readonly #turns: AddressTurns;
  readonly #backlog: M[] = [];
  /** Runs while its own debt is waited off. */
  #timer: NodeJS.Timeout | undefined;
  #resumeAtMs = 0;
  /** Not read: it waits off a debt, or for its turn. */
  #isHeld = false;
  #ended = false;

  /** @param bucket The socket's own. @param turns Its address's. */
  constructor(client: Metered<M>, socket: WebSocket, bucket: TokenBucket, turns: AddressTurns) {
    this.#client = client;
    this.#socket = socket;
    this.#bucket = bucket;
    this.#turns = turns;
  }

  received(message: M): void {
    if (this.#ended) return;
    this.#backlog.push(message);
    if (this.#backlog.length > MAX_BACKLOG) return this.#client.handle(this.#backlog.shift() as M);
    if (this.#isHeld) return;
    if (this.#turns.isFree(performance.now())) this.takeTurn();
    else this.#wait();
  }

  /** For what counts by tokens. */
  charge(cost: number, nowMs: number): void {
    this.chargeAddress(cost, this.#bucket.spend(cost, nowMs), nowMs);
  }

  /** For what does not count by the socket's tokens: it has overdrawn another bucket, which takes so long to fill up to zero; 0 if not. */
  chargeAddress(cost: number, waitMs: number, nowMs: number): void {
    this.#turns.charge(cost, nowMs);
    if (waitMs > 0) this.#rest(waitMs, nowMs);
    else if (this.#turns.isInDebt(nowMs)) this.#wait();
  }

  takeTurn(): void {
    if (this.#ended) return;
    this.#isHeld = false;
    const message = this.#backlog.shift();
    if (message !== undefined) this.#client.handle(message);
    // It may have overdrawn a bucket by it.
    if (this.#isHeld || this.#ended) return;
    if (this.#backlog.length > 0) this.#wait();
    else this.#socket.resume();
  }

  /** Nothing that was read, or is read from now on, is handled any more. The socket itself is read: for its close. */
  end(): void {
    this.#ended = true;
    this.#backlog.length = 0;
    clearTimeout(this.#timer);
    this.#turns.leave(this);
    this.#socket.resume();
  }

  /** Until it is this socket's turn among those of its address. */
  #wait(): void {
    if (this.#timer !== undefined || this.#ended) return;
    if (!this.#isHeld && this.#turns.isInDebt(performance.now())) this.#client.throttled();
    this.#hold();
    this.#turns.wait(this);
  }

  /** Until its own debt is paid, and then until it is its turn. */
  #rest(waitMs: number, nowMs: number): void {
    if (this.#ended) return;
    if (!this.#isHeld) this.#client.throttled();
    this.#hold();
    this.#turns.leave(this);
    const resumeAtMs = nowMs + waitMs;
    // A longer debt of another bucket's stands.
    if (this.#timer !== undefined && resumeAtMs <= this.#resumeAtMs) return;
    this.#resumeAtMs = resumeAtMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#turns.wait(this);
    }, waitMs);
  }

  #hold(): void {
    this.#isHeld = true;
    this.#socket.pause();
  }
}
