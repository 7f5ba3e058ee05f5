import type { Dot } from "../dot.ts";
import { idFault } from "../entry-validation.ts";
import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import type { StoredVersion } from "../version.ts";
import type { VersionVector } from "../version-vector.ts";
import { DecodeError } from "./decode-error.ts";
import {
  MAX_CONTEXT_ORIGINS,
  MAX_DIMENSIONS,
  MAX_ID_BYTES,
  MAX_VERSION_CONTEXT,
  MAX_VERSION_CONTEXTS_PER_FRAME,
  MAX_VERSIONS_PER_FRAME,
} from "./limits.ts";
import { readMetadata, writeMetadata } from "./metadata.ts";
import type { Reader } from "./reader.ts";
import { readVectors, writeVectors } from "./vector-planes.ts";
import type { Writer } from "./writer.ts";

/** Id length and byte, origin, seq, context count, clock and counter, dimensions: a tombstone of a one-letter id. */
const MIN_VERSION_BYTES = 8;

/** What a frame's versions weigh: their floats, and how much of that deflating saved. */
export interface VectorBytes {
  readonly vectorBytes: number;
  readonly savedBytes: number;
}

/** A batch: origin table, the earliest clock, the versions' heads, then all their vectors as planes. */
export function writeVersions(writer: Writer, versions: readonly StoredVersion[], compress: boolean): VectorBytes {
  const origins = originTable(versions);
  writer.uint(origins.size, "origins of a batch", MAX_CONTEXT_ORIGINS);
  for (const origin of origins.keys()) writer.hex(origin);
  writer.uint(versions.length, "versions", MAX_VERSIONS_PER_FRAME);
  const earliest = versions.reduce((least, { hlc }) => Math.min(least, hlc.wallMs), Number.MAX_SAFE_INTEGER);
  if (versions.length > 0) writer.uint(earliest, "earliest clock");
  for (const version of versions) writeHead(writer, version, origins, earliest);
  const vectors = versions.map((version) => version.vector);
  const savedBytes = writeVectors(writer, vectors, compress);
  return { vectorBytes: vectors.reduce((sum, vector) => sum + vector.byteLength, 0), savedBytes };
}

export function readVersions(reader: Reader): StoredVersion[] {
  const origins: Origin[] = [];
  for (let left = reader.count("origins of a batch", MAX_CONTEXT_ORIGINS, ORIGIN_BYTES); left > 0; left--) {
    origins.push(reader.hex(ORIGIN_BYTES, "origin") as Origin);
  }
  const count = reader.count("versions", MAX_VERSIONS_PER_FRAME, MIN_VERSION_BYTES);
  const earliest = count > 0 ? reader.uint("earliest clock") : 0;
  const heads: Head[] = [];
  let contextsLeft = MAX_VERSION_CONTEXTS_PER_FRAME;
  for (let i = 0; i < count; i++) {
    const head = readHead(reader, origins, earliest, contextsLeft);
    contextsLeft -= head.stamp.context.size;
    heads.push(head);
  }
  const vectors = readVectors(
    reader,
    heads.map((head) => head.dimensions),
  );
  return heads.map(({ stamp, metadata }, i) => ({ ...stamp, vector: vectors[i]!, metadata }));
}

type Stamp = Omit<StoredVersion, "vector" | "metadata">;

interface Head {
  readonly stamp: Stamp;
  readonly metadata: StoredVersion["metadata"];
  readonly dimensions: number;
}

function originTable(versions: readonly StoredVersion[]): Map<Origin, number> {
  const origins = new Map<Origin, number>();
  const add = (origin: Origin): void => {
    if (!origins.has(origin)) origins.set(origin, origins.size);
  };
  for (const { dot, context } of versions) {
    add(dot.origin);
    for (const origin of context.keys()) add(origin);
  }
  return origins;
}

/** Dimensions 0 say tombstone: it has no vector and no metadata. */
function writeHead(
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

function readHead(reader: Reader, origins: readonly Origin[], earliest: number, contextsLeft: number): Head {
  const id = reader.text("id", MAX_ID_BYTES);
  const fault = idFault(id);
  if (fault !== undefined) throw new DecodeError(fault);
  const dot = readDot(reader, origins);
  const context = readVersionContext(reader, origins, Math.min(MAX_VERSION_CONTEXT, contextsLeft));
  const wallMs = earliest + reader.uint("clock");
  if (wallMs > Number.MAX_SAFE_INTEGER) throw new DecodeError("a clock is over 2^53");
  const hlc = { wallMs, counter: reader.uint("clock's counter") };
  const dimensions = reader.uint("dimensions", MAX_DIMENSIONS);
  const tombstone = dimensions === 0;
  return { stamp: { id, dot, context, hlc, tombstone }, metadata: tombstone ? {} : readMetadata(reader), dimensions };
}

function readDot(reader: Reader, origins: readonly Origin[]): Dot {
  const origin = origins[reader.uint("origin")];
  if (origin === undefined) throw new DecodeError("an origin outside the table");
  const seq = reader.uint("seq");
  if (seq === 0) throw new DecodeError("a seq of 0");
  return { origin, seq };
}

function readVersionContext(reader: Reader, origins: readonly Origin[], maxSize: number): VersionVector {
  const context = new Map<Origin, number>();
  const size = reader.count("a version's context", maxSize, 2);
  for (let i = 0; i < size; i++) {
    const { origin, seq } = readDot(reader, origins);
    context.set(origin, seq);
  }
  if (context.size < size) throw new DecodeError("an origin twice in a version's context");
  return context;
}
