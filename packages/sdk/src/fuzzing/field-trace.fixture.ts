import { Reader } from "../core/codec/reader.ts";

/** A field of an encoding: which bytes a decoder read as what. */
export interface Field {
  readonly start: number;
  readonly end: number;
  readonly what: string;
  readonly isUint: boolean;
}

export interface Trace<T> {
  readonly result: T;
  /** In the order of reading. */
  readonly fields: readonly Field[];
}

let recording: { readonly bytes: Uint8Array; readonly fields: Field[] } | undefined;

/** Which fields `decode` reads of these bytes, up to where it throws. Every byte of memory that a decoder takes is for one of them. */
export function traceFields<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): Trace<T> {
  const fields: Field[] = [];
  recording = { bytes, fields };
  try {
    return { result: decode(bytes), fields };
  } finally {
    recording = undefined;
  }
}

/** Decoders make their readers themselves, so what records is put into the class. */
function record(method: "byte" | "uint" | "uint32" | "view", whatAt: number): void {
  const original = Reader.prototype[method] as (this: Reader, ...args: unknown[]) => unknown;
  const recorded = function (this: Reader, ...args: unknown[]): unknown {
    if (recording === undefined) return original.apply(this, args);
    const { bytes, fields } = recording;
    const start = this.rest().byteOffset - bytes.byteOffset;
    const value = original.apply(this, args);
    const end = this.rest().byteOffset - bytes.byteOffset;
    fields.push({ start, end, what: String(args[whatAt]), isUint: method === "uint" });
    return value;
  };
  Object.defineProperty(Reader.prototype, method, { value: recorded });
}

record("byte", 0);
record("uint", 0);
record("uint32", 0);
record("view", 1);
