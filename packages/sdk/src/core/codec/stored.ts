import { idFault } from "../entry-validation.ts";
import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import type { StoredVersion, VersionStamp } from "../version.ts";
import { mix } from "../hash-mix.ts";
import { crc32 } from "./checksum.ts";
import { readDocument, writeDocument } from "./documents.ts";
import { DecodeError } from "./decode-error.ts";
import { openRecord, STORE_FORMAT } from "./durable-record.ts";
import { MAX_DIMENSIONS, MAX_ID_BYTES, MAX_VERSION_CONTEXT } from "./limits.ts";
import { readMetadata, writeMetadata } from "./metadata.ts";
import { readSignature, writeSignature } from "./signatures.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const TOMBSTONE = 1;
/** The payload begins with a signature. */
const SIGNED = 2;
/** The payload ends with a document. */
const DOCUMENT = 4;

export interface StoredRecord {
  readonly version: StoredVersion;
  /** This store's own count of changes when it took the version in. */
  readonly revision: number;
}

export interface StoredStamp {
  readonly stamp: VersionStamp;
  readonly revision: number;
  /** What two replicas compare to see that they hold the same under one dot (S8). */
  readonly hash: number;
}

/**
 * A version for the store: format, stamp and payload (metadata, then the vector in the machine's byte order), each behind
 * a checksum of its own, so that opening a store need not read its vectors. Never compressed: speed matters more there.
 */
export function encodeStored(version: StoredVersion, revision: number): Uint8Array {
  const stamp = encodeStamp(version, revision);
  const payload = encodePayload(version);
  const record = new Writer();
  record.byte(STORE_FORMAT);
  record.uint32(crc32(stamp));
  record.uint32(crc32(payload));
  record.uint(stamp.length, "stamp's length");
  record.raw(stamp);
  record.raw(payload);
  return record.done();
}

/** @throws DecodeError when the record is damaged or of another format. */
export function decodeStored(bytes: Uint8Array): StoredRecord {
  const { stamp, revision, payload } = decodeParts(bytes);
  if (crc32(payload.bytes) !== payload.checksum) throw new DecodeError("a stored version's payload is damaged");
  const reader = new Reader(payload.bytes);
  const signature = payload.signed ? { signature: readSignature(reader) } : undefined;
  if (stamp.tombstone && payload.hasDocument) throw new DecodeError("a stored tombstone with a document");
  const content = stamp.tombstone ? { metadata: {}, vector: new Float32Array() } : readContent(reader);
  if (stamp.tombstone && reader.remaining > 0) throw new DecodeError("a stored tombstone with a payload");
  const document = payload.hasDocument ? { document: readDocument(reader) } : undefined;
  reader.end();
  return { version: { ...stamp, ...content, ...document, ...signature }, revision };
}

/** What a replica keeps in memory; looks at neither metadata nor vector. @throws DecodeError when the stamp is damaged or of another format. */
export function decodeStoredStamp(bytes: Uint8Array): StoredStamp {
  const { stamp, revision, hash } = decodeParts(bytes);
  return { stamp, revision, hash };
}

function encodeStamp(stamp: StoredVersion, revision: number): Uint8Array {
  const writer = new Writer();
  writer.uint(revision, "revision");
  const tombstone = stamp.tombstone ? TOMBSTONE : 0;
  writer.byte(tombstone | (stamp.signature === undefined ? 0 : SIGNED) | (stamp.document === undefined ? 0 : DOCUMENT));
  writer.text(stamp.id, "id", MAX_ID_BYTES);
  writer.hex(stamp.dot.origin);
  writer.uint(stamp.dot.seq, "seq");
  writer.uint(stamp.hlc.wallMs, "clock");
  writer.uint(stamp.hlc.counter, "clock's counter");
  writer.uint(stamp.context.size, "context", MAX_VERSION_CONTEXT);
  for (const [origin, seq] of stamp.context) {
    writer.hex(origin);
    writer.uint(seq, "seq");
  }
  return writer.done();
}

function readStamp(reader: Reader): { readonly stamp: VersionStamp; readonly flags: number } {
  const flags = reader.flags("stored version's flags", TOMBSTONE | SIGNED | DOCUMENT);
  const id = reader.text("id", MAX_ID_BYTES);
  const fault = idFault(id);
  if (fault !== undefined) throw new DecodeError(fault);
  const dot = readDot(reader);
  const hlc = { wallMs: reader.uint("clock"), counter: reader.uint("clock's counter") };
  const context = new Map<Origin, number>();
  const size = reader.count("context", MAX_VERSION_CONTEXT, ORIGIN_BYTES + 1);
  for (let i = 0; i < size; i++) {
    const { origin, seq } = readDot(reader);
    context.set(origin, seq);
  }
  if (context.size < size) throw new DecodeError("an origin twice in a version's context");
  return { stamp: { id, dot, context, hlc, tombstone: (flags & TOMBSTONE) !== 0 }, flags };
}

/** The hash of a record that has just been encoded. */
export function hashOfStored(bytes: Uint8Array): number {
  return decodeParts(bytes).hash;
}

function readDot(reader: Reader): StoredVersion["dot"] {
  const origin = reader.hex(ORIGIN_BYTES, "origin") as Origin;
  const seq = reader.uint("seq");
  if (seq === 0) throw new DecodeError("a seq of 0");
  return { origin, seq };
}

function encodePayload({ metadata, vector, tombstone, document, signature }: StoredVersion): Uint8Array {
  const writer = new Writer();
  if (signature !== undefined) writeSignature(writer, signature);
  if (tombstone) return writer.done();
  writeMetadata(writer, metadata);
  writer.uint(vector.length, "dimensions", MAX_DIMENSIONS);
  writer.raw(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  if (document !== undefined) writeDocument(writer, document);
  return writer.done();
}

function readContent(reader: Reader): Pick<StoredVersion, "metadata" | "vector"> {
  const metadata = readMetadata(reader);
  const dimensions = reader.count("dimensions", MAX_DIMENSIONS, Float32Array.BYTES_PER_ELEMENT);
  if (dimensions === 0) throw new DecodeError("a stored vector without components");
  // Copied: a Float32Array must begin at a multiple of four bytes, and must not keep the whole record alive.
  const vector = new Float32Array(dimensions);
  new Uint8Array(vector.buffer).set(reader.view(vector.byteLength, "vector"));
  return { metadata, vector };
}

interface StoredPayload {
  readonly bytes: Uint8Array;
  readonly checksum: number;
  readonly signed: boolean;
  readonly hasDocument: boolean;
}

function decodeParts(bytes: Uint8Array): StoredStamp & { readonly payload: StoredPayload } {
  const record = openRecord(bytes);
  const stampChecksum = record.uint32("checksum");
  const payloadChecksum = record.uint32("checksum");
  const stampBytes = record.view(record.uint("stamp's length"), "stamp");
  if (crc32(stampBytes) !== stampChecksum) throw new DecodeError("a stored version's stamp is damaged");
  const reader = new Reader(stampBytes);
  const revision = reader.uint("revision");
  // The revision is this store's own; all else is the same wherever the version is held.
  const hash = mix(crc32(reader.rest()) ^ mix(payloadChecksum));
  const { stamp, flags } = readStamp(reader);
  reader.end();
  const kind = { signed: (flags & SIGNED) !== 0, hasDocument: (flags & DOCUMENT) !== 0 };
  return { stamp, revision, hash, payload: { bytes: record.rest(), checksum: payloadChecksum, ...kind } };
}
