import type { Priority } from "../../ports/transport.ts";
import { pieceBytes } from "./framing.ts";
import { InFlightWindow } from "./in-flight-window.ts";
import { MessageQueue } from "./message-queue.ts";

/** Where frames go: the part of an RTCDataChannel that the queue needs. */
export interface FrameSink {
  /** The longest frame that it takes. */
  readonly maxFrameBytes: number;
  /** Bytes that were sent and have not left for the network. */
  readonly bufferedAmount: number;
  /** No more than so many should be buffered. Left out: as many as leave in a moment. */
  readonly bufferBytes?: number;
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Asks for `SendQueue.pump` when no more than so many bytes are buffered. */
  pumpBelow(bytes: number): void;
}

/**
 * After so many frames in a row of one class while a lower class waited, one frame of the lower: no class starves
 * another to death, and none waits noticeably for those below it.
 */
const TURN_FRAMES = 16;

const PRIORITIES = ["control", "live", "bulk"] as const satisfies readonly Priority[];

/** Three queues above one channel: control leaves before live, and live before bulk, frame by frame (T3). */
export class SendQueue {
  readonly #sink: FrameSink;
  readonly #now: () => number;
  readonly #window = new InFlightWindow();
  readonly #queues: Record<Priority, MessageQueue> = {
    control: new MessageQueue(),
    live: new MessageQueue(),
    bulk: new MessageQueue(),
  };
  #written = 0;
  /** Frames of the highest class since a lower one had its turn. */
  #framesInTurn = 0;
  #held = false;

  constructor(sink: FrameSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** The message must not be changed any more. */
  push(message: Uint8Array, priority: Priority): void {
    this.#queues[priority].push(message);
    this.pump();
  }

  queuedBytes(priority: Priority): number {
    return this.#queues[priority].bytes;
  }

  /** Whether everything but a last word waits. */
  set held(held: boolean) {
    this.#held = held;
    this.pump();
  }

  /** Hands over as much as the browser's buffer should hold. */
  pump(): void {
    if (this.#held) return;
    let buffered = this.#sink.bufferedAmount;
    if (buffered === 0) this.#window.idle();
    if (this.#next() !== undefined) this.#window.measure(this.#now(), this.#written - buffered);
    const limit = Math.min(this.#window.limit, this.#sink.bufferBytes ?? Number.POSITIVE_INFINITY);
    for (let priority = this.#next(); priority !== undefined; priority = this.#next()) {
      if (buffered >= limit) return this.#sink.pumpBelow(limit / 2);
      buffered += this.#sendFrame(priority);
    }
  }

  /** Forgets what waits in the lower classes, and hands over all control, whatever the browser's buffer holds. */
  finish(): void {
    this.#queues.live.clear();
    this.#queues.bulk.clear();
    while (!this.#queues.control.isEmpty) this.#sendFrame("control");
  }

  clear(): void {
    for (const priority of PRIORITIES) this.#queues[priority].clear();
  }

  #next(): Priority | undefined {
    const [highest, lower] = PRIORITIES.filter((priority) => !this.#queues[priority].isEmpty);
    return lower !== undefined && this.#framesInTurn >= TURN_FRAMES ? lower : highest;
  }

  #sendFrame(priority: Priority): number {
    const highest = PRIORITIES.find((candidate) => !this.#queues[candidate].isEmpty);
    this.#framesInTurn = priority === highest ? this.#framesInTurn + 1 : 0;
    const frame = this.#queues[priority].nextFrame(priority, pieceBytes(this.#sink.maxFrameBytes));
    this.#sink.send(frame);
    this.#written += frame.byteLength;
    return frame.byteLength;
  }
}
