import type { WebSocket } from "ws";
import type { TokenBucket } from "./token-bucket.ts";

/** Holds a socket to its bucket and its address's: it is not read while either is overdrawn. */
export class TrafficMeter {
  readonly #socket: WebSocket;
  readonly #buckets: readonly TokenBucket[];
  readonly #throttled: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `throttled` is told of each pause that begins. */
  constructor(socket: WebSocket, buckets: readonly TokenBucket[], throttled: () => void) {
    this.#socket = socket;
    this.#buckets = buckets;
    this.#throttled = throttled;
  }

  charge(cost: number, nowMs: number): void {
    const waitMs = Math.max(...this.#buckets.map((bucket) => bucket.spend(cost, nowMs)));
    if (waitMs === 0) return;
    if (this.#timer === undefined) this.#throttled();
    // Messages that ws has already read still come; they deepen the debt, and the pause is extended.
    this.#socket.pause();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#socket.resume();
    }, waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
