import { DecodeError } from "./decode-error.ts";
import { decodeRecord, encodeRecord } from "./durable-record.ts";

/** Longer than any such record grows: the barred and the counters of thousands of replicas. */
const MAX_JSON_RECORD_BYTES: number = 4 * 1024 * 1024;

/** A small record of the store's own, written by nobody else, as JSON behind a checksum. `undefined` fields are left out. */
export function encodeJsonRecord(value: object): Uint8Array {
  return encodeRecord((writer) => writer.text(JSON.stringify(value), "record", MAX_JSON_RECORD_BYTES));
}

/** @throws DecodeError when it is damaged, or no encoder wrote it. The caller knows the shape: the checksum says that it is what was written. */
export function decodeJsonRecord(bytes: Uint8Array): unknown {
  const text = decodeRecord(bytes, (reader) => reader.text("record", MAX_JSON_RECORD_BYTES));
  let value: unknown;
  let again: string;
  try {
    value = JSON.parse(text);
    again = JSON.stringify(value);
  } catch (cause) {
    throw new DecodeError("a stored record is not JSON", { cause });
  }
  if (again !== text) throw new DecodeError("a stored record is not in the form that JSON.stringify gives");
  return value;
}
