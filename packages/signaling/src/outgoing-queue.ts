import type { Writable } from "node:stream";
import type { WebSocket } from "ws";
import type { Limits } from "./limits.ts";

/** Counts what waits in all sockets' queues, which is what slow readers cost. */
export class OutgoingTotal {
  bytes = 0;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** What is on its way to one socket. A reader that lets too much queue up is terminated. */
export class OutgoingQueue {
  readonly #socket: WebSocket;
  readonly #stream: Writable;
  readonly #limits: Limits;
  readonly #total: OutgoingTotal;
  #queued = 0;
  /** Something is queued, and when it has gone it is counted anew. */
  #watched = false;

  /** @param stream Under the socket, which itself writes whole frames to it, each in one turn of the event loop. */
  constructor(socket: WebSocket, stream: Writable, limits: Limits, total: OutgoingTotal) {
    this.#socket = socket;
    this.#stream = stream;
    this.#limits = limits;
    this.#total = total;
  }

  /** @param frame As `encode` makes it. Returns false when that was too much, and the socket is terminated. */
  send(frame: Buffer): boolean {
    // After a close frame there may be none.
    if (this.#socket.readyState !== this.#socket.OPEN) return true;
    this.#stream.write(frame);
    this.#count(this.#stream.writableLength);
    // The system took it, as it does unless the client reads too slowly.
    if (this.#queued === 0) return true;
    const { maxBufferedBytes, maxTotalBufferedBytes, maxPayloadBytes } = this.#limits;
    const allowed = this.#total.bytes > maxTotalBufferedBytes ? maxPayloadBytes : maxBufferedBytes;
    if (this.#queued > allowed) {
      // A close frame would queue up behind the rest: nothing reaches a reader that does not read.
      this.#socket.terminate();
      return false;
    }
    this.#watch();
    return true;
  }

  /** To be called when the socket has closed: what is still queued goes with it. */
  dispose(): void {
    this.#count(0);
  }

  /** By a write of nothing, which has its turn when all before it has gone: frames that do not queue up need no callbacks. */
  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#stream.write(NOTHING, (error) => {
      this.#watched = false;
      // It is disposed of soon, if it was not already.
      if (error) return;
      this.#count(this.#stream.writableLength);
      if (this.#queued > 0) this.#watch();
    });
  }

  #count(queued: number): void {
    this.#total.bytes += queued - this.#queued;
    this.#queued = queued;
  }
}
