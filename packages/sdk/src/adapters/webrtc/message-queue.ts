import type { Priority } from "../../ports/transport.ts";
import { encodeData } from "./framing.ts";

const EMPTY = new Uint8Array(0);
/** How many sent messages' places are kept before they are given back. */
const COMPACT_AT = 1024;

/** The messages of one class, the first of which may have left in part. */
export class MessageQueue {
  readonly #messages: Uint8Array[] = [];
  #head = 0;
  #sentOfHead = 0;
  /** Not yet handed over. */
  bytes: number = 0;

  get isEmpty(): boolean {
    return this.#head === this.#messages.length;
  }

  push(message: Uint8Array): void {
    this.#messages.push(message);
    this.bytes += message.byteLength;
  }

  /** Takes the next piece of at most `maxPiece` bytes off a queue that is not empty. */
  nextFrame(priority: Priority, maxPiece: number): Uint8Array<ArrayBuffer> {
    const message = this.#messages[this.#head] as Uint8Array;
    const start = this.#sentOfHead;
    const end = Math.min(message.byteLength, start + maxPiece);
    const last = end === message.byteLength;
    this.bytes -= end - start;
    this.#sentOfHead = last ? 0 : end;
    if (last) this.#dropHead();
    return encodeData(priority, start === 0, last, message.subarray(start, end));
  }

  clear(): void {
    this.#messages.length = 0;
    this.#head = 0;
    this.#sentOfHead = 0;
    this.bytes = 0;
  }

  /** `shift` moves the whole rest each time, which tells with 20,000 messages. */
  #dropHead(): void {
    this.#messages[this.#head] = EMPTY;
    this.#head++;
    if (this.#head < COMPACT_AT && !this.isEmpty) return;
    this.#messages.splice(0, this.#head);
    this.#head = 0;
  }
}
