import { crc32 } from "./checksum.ts";
import { DecodeError } from "./decode-error.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** The layout of everything in a store; another byte says another layout. */
export const STORE_FORMAT = 1;

/** A record for the store: the format, a CRC-32 of the body, the body. */
export function encodeRecord(write: (writer: Writer) => void): Uint8Array {
  const body = new Writer();
  write(body);
  const bytes = body.done();
  const record = new Writer();
  record.byte(STORE_FORMAT);
  record.uint32(crc32(bytes));
  record.raw(bytes);
  return record.done();
}

/** @throws DecodeError when the record is damaged or of another format. */
export function decodeRecord<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const reader = openRecord(bytes);
  const checksum = reader.uint32("checksum");
  if (crc32(reader.rest()) !== checksum) throw new DecodeError("a stored record is damaged");
  const value = read(reader);
  reader.end();
  return value;
}

export function openRecord(bytes: Uint8Array): Reader {
  const reader = new Reader(bytes);
  const format = reader.byte("store format");
  if (format !== STORE_FORMAT)
    throw new DecodeError(`a stored record of format ${format}; this version reads ${STORE_FORMAT}`);
  return reader;
}
