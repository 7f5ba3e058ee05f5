import type { WebSocket } from "ws";
import type { Limits } from "./limits.ts";

/** Counts what waits in all sockets' queues, which is what slow readers cost. */
export class OutgoingTotal {
  bytes = 0;
}

/** What is on its way to one socket. A reader that lets too much queue up is terminated. */
export class OutgoingQueue {
  readonly #socket: WebSocket;
  readonly #limits: Limits;
  readonly #total: OutgoingTotal;
  #queued = 0;

  constructor(socket: WebSocket, limits: Limits, total: OutgoingTotal) {
    this.#socket = socket;
    this.#limits = limits;
    this.#total = total;
  }

  /** Returns false when that was too much, and the socket is terminated. */
  send(frame: Buffer): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true;
    this.#count(frame.length);
    this.#socket.send(frame, { binary: false }, () => this.#count(-frame.length));
    const { maxBufferedBytes, maxTotalBufferedBytes, maxPayloadBytes } = this.#limits;
    const allowed = this.#total.bytes > maxTotalBufferedBytes ? maxPayloadBytes : maxBufferedBytes;
    // ws counts its frames' headers and pongs as well.
    if (Math.max(this.#queued, this.#socket.bufferedAmount) <= allowed) return true;
    // A close frame would queue up behind the rest: nothing reaches a reader that does not read.
    this.#socket.terminate();
    return false;
  }

  /** To be called when the socket has closed: what is still queued will not be told of. */
  dispose(): void {
    this.#count(-this.#queued);
  }

  #count(bytes: number): void {
    const queued = Math.max(0, this.#queued + bytes);
    this.#total.bytes += queued - this.#queued;
    this.#queued = queued;
  }
}
