import { idFault } from "../entry-validation.ts";
import type { Origin } from "../node-id.ts";
import type { VersionVector } from "../version-vector.ts";
import type { JsonObject, StoredVersion, VersionStamp } from "../version.ts";
import { DecodeError } from "./decode-error.ts";
import { MAX_DIMENSIONS, MAX_ID_BYTES, MAX_VERSION_CONTEXT } from "./limits.ts";
import { readMetadata, writeMetadata } from "./metadata.ts";
import type { OriginTable } from "./origin-table.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** Id length and byte, origin, seq, context count, clock and counter, dimensions: a tombstone of a one-letter id. */
export const MIN_HEAD_BYTES = 8;

/** A version without its vector, whose length it tells. */
export interface VersionHead {
  readonly stamp: VersionStamp;
  readonly metadata: JsonObject;
  readonly dimensions: number;
}

/** Dimensions 0 say tombstone: it has no vector and no metadata. */
export function writeHead(
  writer: Writer,
  version: StoredVersion,
  origins: ReadonlyMap<Origin, number>,
  earliest: number,
): void {
  const { id, dot, context, hlc, tombstone, vector } = version;
  writer.text(id, "id", MAX_ID_BYTES);
  writer.uint(origins.get(dot.origin)!, "origin");
  writer.uint(dot.seq, "seq");
  writer.uint(context.size, "a version's context", MAX_VERSION_CONTEXT);
  for (const [origin, seq] of context) {
    writer.uint(origins.get(origin)!, "origin");
    writer.uint(seq, "seq");
  }
  writer.uint(hlc.wallMs - earliest, "clock");
  writer.uint(hlc.counter, "clock's counter");
  if ((vector.length === 0) !== tombstone)
    throw new RangeError("a vector is empty exactly when its version is a tombstone");
  writer.uint(vector.length, "dimensions", MAX_DIMENSIONS);
  if (!tombstone) writeMetadata(writer, version.metadata);
}

export function readHead(reader: Reader, origins: OriginTable, earliest: number, contextsLeft: number): VersionHead {
  const id = reader.text("id", MAX_ID_BYTES);
  const fault = idFault(id);
  if (fault !== undefined) throw new DecodeError(fault);
  const dot = origins.readDot(reader);
  const context = readVersionContext(reader, origins, Math.min(MAX_VERSION_CONTEXT, contextsLeft));
  const wallMs = earliest + reader.uint("clock");
  if (wallMs > Number.MAX_SAFE_INTEGER) throw new DecodeError("a clock is over 2^53");
  const hlc = { wallMs, counter: reader.uint("clock's counter") };
  const dimensions = reader.uint("dimensions", MAX_DIMENSIONS);
  const tombstone = dimensions === 0;
  return { stamp: { id, dot, context, hlc, tombstone }, metadata: tombstone ? {} : readMetadata(reader), dimensions };
}

function readVersionContext(reader: Reader, origins: OriginTable, maxSize: number): VersionVector {
  const context = new Map<Origin, number>();
  const size = reader.count("a version's context", maxSize, 2);
  for (let i = 0; i < size; i++) {
    const { origin, seq } = origins.readDot(reader);
    context.set(origin, seq);
  }
  if (context.size < size) throw new DecodeError("an origin twice in a version's context");
  return context;
}
