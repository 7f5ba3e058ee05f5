import type { WebSocket } from "ws";
import type { TokenBucket } from "./token-bucket.ts";

/** Holds a socket to its buckets: it is not read while one of them is overdrawn. */
export class TrafficMeter {
  readonly #socket: WebSocket;
  readonly #buckets: readonly TokenBucket[];
  readonly #throttled: () => void;
  #timer: NodeJS.Timeout | undefined;
  #resumeAtMs = 0;

  /** `throttled` is told of each pause that begins. */
  constructor(socket: WebSocket, buckets: readonly TokenBucket[], throttled: () => void) {
    this.#socket = socket;
    this.#buckets = buckets;
    this.#throttled = throttled;
  }

  /** For what counts by tokens. */
  charge(cost: number, nowMs: number): void {
    this.hold(Math.max(...this.#buckets.map((bucket) => bucket.spend(cost, nowMs))));
  }

  /** The socket has overdrawn one of its buckets, which takes so long to fill up to zero; 0 if it has not. */
  hold(waitMs: number): void {
    if (waitMs === 0) return;
    if (this.#timer === undefined) this.#throttled();
    // Messages that ws has already read still come; they deepen the debt, and the pause is extended.
    this.#socket.pause();
    const resumeAtMs = performance.now() + waitMs;
    // Another bucket's longer debt stands.
    if (resumeAtMs < this.#resumeAtMs) return;
    this.#resumeAtMs = resumeAtMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#resumeAtMs = 0;
      this.#socket.resume();
    }, waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
