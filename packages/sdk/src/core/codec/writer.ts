import * as encoding from "lib0/encoding";

import { hexToBytes } from "../node-id.ts";

const utf8: TextEncoder = new TextEncoder();

/**
 * Writes bytes to the end, over lib0. It holds to the same limits as the reader, so that what no peer would accept is
 * found here: a RangeError, since callers validate and split before they encode.
 */
export class Writer {
  readonly #encoder: encoding.Encoder = encoding.createEncoder();

  byte(value: number): void {
    encoding.writeUint8(this.#encoder, value);
  }

  uint(value: number, what: string, max: number = Number.MAX_SAFE_INTEGER): void {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw new RangeError(`${what} must be an integer from 0 to ${max}, not ${value}`);
    encoding.writeVarUint(this.#encoder, value);
  }

  uint32(value: number): void {
    encoding.writeUint32(this.#encoder, value);
  }

  raw(bytes: Uint8Array): void {
    encoding.writeUint8Array(this.#encoder, bytes);
  }

  hex(text: string): void {
    this.raw(hexToBytes(text));
  }

  /** Length-prefixed UTF-8. */
  text(text: string, what: string, maxBytes: number): void {
    const bytes = utf8.encode(text);
    this.uint(bytes.length, `the length of ${what}`, maxBytes);
    this.raw(bytes);
  }

  oneOf<T>(values: readonly T[], value: T): void {
    this.byte(values.indexOf(value));
  }

  done(): Uint8Array {
    return encoding.toUint8Array(this.#encoder);
  }
}
