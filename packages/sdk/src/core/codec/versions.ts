import { DecodeError } from "./decode-error.ts";
import { OriginTable } from "./origin-table.ts";
import type { Origin } from "../node-id.ts";
import type { StoredVersion } from "../version.ts";
import { MAX_CONTEXT_ORIGINS, MAX_VERSION_CONTEXTS_PER_FRAME, MAX_VERSIONS_PER_FRAME } from "./limits.ts";
import type { Reader } from "./reader.ts";
import { readVectors, writeVectors } from "./vector-planes.ts";
import { MIN_HEAD_BYTES, readHead, type VersionHead, writeHead } from "./version-head.ts";
import { holdDocuments, readDocuments, writeDocuments } from "./documents.ts";
import { areSigned, readSignatures, writeSignatures } from "./signatures.ts";
import { Writer } from "./writer.ts";

const SIGNED = 1;
const DOCUMENTS = 2;

/** What a frame's versions weigh: their floats, and how much of that deflating saved. */
export interface VectorBytes {
  readonly vectorBytes: number;
  readonly savedBytes: number;
}

/** A batch: origin table, the earliest clock, the versions' heads, all their vectors as planes, then their documents and signatures. */
export function writeVersions(writer: Writer, versions: readonly StoredVersion[], compress: boolean): VectorBytes {
  const origins = originTable(versions);
  writer.uint(origins.size, "origins of a batch", MAX_CONTEXT_ORIGINS);
  for (const origin of origins.keys()) writer.hex(origin);
  writer.uint(versions.length, "versions", MAX_VERSIONS_PER_FRAME);
  const contexts = versions.reduce((sum, { context }) => sum + context.size, 0);
  if (contexts > MAX_VERSION_CONTEXTS_PER_FRAME) {
    throw new RangeError(
      `the contexts of a frame's versions hold ${contexts} origins, over ${MAX_VERSION_CONTEXTS_PER_FRAME}`,
    );
  }
  const earliest = versions.reduce((least, { hlc }) => Math.min(least, hlc.wallMs), Number.MAX_SAFE_INTEGER);
  if (versions.length > 0) writer.uint(earliest, "earliest clock");
  for (const version of versions) writeHead(writer, version, origins, earliest);
  const vectors = versions.map((version) => version.vector);
  const savedBytes = writeVectors(writer, vectors, compress);
  writer.byte((areSigned(versions) ? SIGNED : 0) | (holdDocuments(versions) ? DOCUMENTS : 0));
  writeDocuments(writer, versions);
  writeSignatures(writer, versions);
  return { vectorBytes: vectors.reduce((sum, vector) => sum + vector.byteLength, 0), savedBytes };
}

interface Encoded extends VectorBytes {
  readonly compress: boolean;
  readonly bytes: Uint8Array;
}

const encodedFor = new WeakMap<readonly StoredVersion[], Encoded>();

/** As `writeVersions`, for versions that several frames carry: those of one array are encoded once, and remembered while the array is in use. */
export function writeSharedVersions(
  writer: Writer,
  versions: readonly StoredVersion[],
  compress: boolean,
): VectorBytes {
  let encoded = encodedFor.get(versions);
  if (encoded?.compress !== compress) {
    const part = new Writer();
    encoded = { ...writeVersions(part, versions, compress), compress, bytes: part.done() };
    encodedFor.set(versions, encoded);
  }
  writer.raw(encoded.bytes);
  return { vectorBytes: encoded.vectorBytes, savedBytes: encoded.savedBytes };
}

export function readVersions(reader: Reader): StoredVersion[] {
  const origins = OriginTable.read(reader);
  const count = reader.count("versions", MAX_VERSIONS_PER_FRAME, MIN_HEAD_BYTES);
  const earliest = count > 0 ? reader.uint("earliest clock") : 0;
  const heads: VersionHead[] = [];
  let contextsLeft = MAX_VERSION_CONTEXTS_PER_FRAME;
  for (let i = 0; i < count; i++) {
    const head = readHead(reader, origins, earliest, contextsLeft);
    contextsLeft -= head.stamp.context.size;
    heads.push(head);
  }
  origins.end();
  if (count > 0 && heads.every(({ stamp }) => stamp.hlc.wallMs > earliest))
    throw new DecodeError("an earliest clock that no version has");
  const vectors = readVectors(
    reader,
    heads.map((head) => head.dimensions),
  );
  const flags = reader.flags("what versions carry", SIGNED | DOCUMENTS);
  const documents = (flags & DOCUMENTS) === 0 ? [] : readDocuments(reader, heads);
  const signatures = (flags & SIGNED) === 0 ? [] : readSignatures(reader, count);
  return heads.map(({ stamp, metadata }, i) => ({
    ...stamp,
    vector: vectors[i]!,
    metadata,
    ...documents[i],
    ...signatures[i],
  }));
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
