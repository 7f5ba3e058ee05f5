import { MAX_MESSAGE_BYTES, type Priority } from "../../ports/transport.ts";
import { InvalidFrame, type DataFrame } from "./framing.ts";

interface Partial {
  readonly pieces: Uint8Array[];
  length: number;
  lastAt: number;
}

/**
 * A message that was begun goes on within this time. Lower classes wait for higher ones, but the sender's queue gives
 * each its turn, and a link too slow for one frame in a minute is of no use to anybody.
 */
const STALL_MS = 60_000;

/**
 * Puts messages together from pieces. Memory is bounded by what has really arrived: one unfinished message a class, of
 * at most MAX_MESSAGE_BYTES, in pieces of no less than MIN_PIECE_BYTES.
 */
export class Reassembly {
  readonly #partials = new Map<Priority, Partial>();

  /**
   * The message that this frame completes. It may be a view of the frame.
   * @throws InvalidFrame
   */
  add({ priority, first, last, piece }: DataFrame, now: number): Uint8Array | undefined {
    const begun = this.#partials.get(priority);
    if (first && begun !== undefined) throw new InvalidFrame(`a ${priority} message that begins within another`);
    if (!first && begun === undefined) throw new InvalidFrame(`a ${priority} message without a beginning`);
    if (first && last) return piece;

    const partial = begun ?? { pieces: [], length: 0, lastAt: now };
    partial.pieces.push(piece);
    partial.length += piece.byteLength;
    partial.lastAt = now;
    if (partial.length > MAX_MESSAGE_BYTES) throw new InvalidFrame(`a message over ${MAX_MESSAGE_BYTES} bytes`);
    if (!last) {
      this.#partials.set(priority, partial);
      return undefined;
    }
    this.#partials.delete(priority);
    return joined(partial);
  }

  /** Whether a message was begun and not gone on with for too long. */
  isStalled(now: number): boolean {
    for (const { lastAt } of this.#partials.values()) if (now - lastAt > STALL_MS) return true;
    return false;
  }

  clear(): void {
    this.#partials.clear();
  }
}

function joined({ pieces, length }: Partial): Uint8Array {
  const message = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    message.set(piece, offset);
    offset += piece.byteLength;
  }
  return message;
}
