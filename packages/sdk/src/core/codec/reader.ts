import * as decoding from "lib0/decoding";

import { bytesToHex } from "../node-id.ts";
import { DecodeError } from "./decode-error.ts";

/** Fatal, so that ill-formed UTF-8 is an error; `ignoreBOM` keeps a leading U+FEFF, which is part of an id like any other. */
const utf8: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads bytes from the front, over lib0. Every length is compared with its limit and with what is left before anything
 * is allocated. `what` names the field in the error.
 */
export class Reader {
  readonly #decoder: decoding.Decoder;

  constructor(bytes: Uint8Array) {
    this.#decoder = decoding.createDecoder(bytes);
  }

  get remaining(): number {
    return this.#decoder.arr.length - this.#decoder.pos;
  }

  byte(what: string): number {
    this.#need(1, what);
    return decoding.readUint8(this.#decoder);
  }

  /** A varuint up to 2^53 - 1 in its shortest form. */
  uint(what: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.#decoder.pos;
    let value: number;
    try {
      value = decoding.readVarUint(this.#decoder);
    } catch (cause) {
      throw new DecodeError(`${what} is cut off or over 2^53`, { cause });
    }
    if (!(value <= max)) throw new DecodeError(`${what} is over ${max}`);
    const end = this.#decoder.pos;
    if (end - start > 1 && this.#decoder.arr[end - 1] === 0)
      throw new DecodeError(`${what} is not in its shortest form`);
    return value;
  }

  /** How many items follow, of at least `itemBytes` each. */
  count(what: string, max: number, itemBytes: number): number {
    const count = this.uint(what, max);
    if (count * itemBytes > this.remaining) throw new DecodeError(`${what} is more than the bytes that are left`);
    return count;
  }

  /** A view of the next bytes: shares memory with the input. */
  view(length: number, what: string): Uint8Array {
    this.#need(length, what);
    return decoding.readUint8Array(this.#decoder, length);
  }

  uint32(what: string): number {
    this.#need(4, what);
    return decoding.readUint32(this.#decoder);
  }

  hex(bytes: number, what: string): string {
    return bytesToHex(this.view(bytes, what));
  }

  /** Length-prefixed UTF-8. */
  text(what: string, maxBytes: number): string {
    const bytes = this.view(this.uint(what, maxBytes), what);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new DecodeError(`${what} is not UTF-8`, { cause });
    }
  }

  /** Flag bits; those outside `known` belong to no field of this protocol. */
  flags(what: string, known: number): number {
    const flags = this.byte(what);
    if ((flags & ~known) !== 0) throw new DecodeError(`${what} has unknown bits`);
    return flags;
  }

  /** The value whose place in the list is the next byte. */
  oneOf<T>(values: readonly T[], what: string): T {
    const value = values[this.byte(what)];
    if (value === undefined) throw new DecodeError(`${what} is unknown`);
    return value;
  }

  /** A view of all that is left, without moving on. */
  rest(): Uint8Array {
    return this.#decoder.arr.subarray(this.#decoder.pos);
  }

  end(): void {
    if (this.remaining > 0) throw new DecodeError(`${this.remaining} bytes follow the end`);
  }

  #need(bytes: number, what: string): void {
    if (bytes > this.remaining) throw new DecodeError(`${what} is cut off`);
  }
}
