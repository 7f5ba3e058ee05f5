import { SIGNATURE_BYTES } from "./codec/signatures.ts";
import type { JsonValue, StoredVersion } from "./version.ts";

/** What a version costs beside vector, metadata and context: id, dot, clock. */
const OVERHEAD_BYTES = 200;
/** An origin of its context: an index into the batch's table of origins and a seq. */
const CONTEXT_ENTRY_BYTES = 8;
/** What numbers, literals and punctuation cost in JSON, about. */
const JSON_TOKEN_BYTES = 12;
/** UTF-8 bytes of one UTF-16 code unit, at most. */
const BYTES_PER_CODE_UNIT = 3;

/** Versions in one message whatever their size: bounds the work of one decode. */
export const MAX_PACKED_VERSIONS = 1000;

/** Splits versions, in order, into messages of about `maxBytes`; one version that is larger goes alone. */
export function pack(versions: readonly StoredVersion[], maxBytes: number): StoredVersion[][] {
  const packed: StoredVersion[][] = [];
  let current: StoredVersion[] = [];
  let bytes = 0;
  for (const version of versions) {
    const size = packedBytes(version);
    if (current.length > 0 && (bytes + size > maxBytes || current.length >= MAX_PACKED_VERSIONS)) {
      packed.push(current);
      current = [];
      bytes = 0;
    }
    current.push(version);
    bytes += size;
  }
  if (current.length > 0) packed.push(current);
  return packed;
}

/** What a version takes in a message, about. */
export function packedBytes({ vector, metadata, document, context, signature }: StoredVersion): number {
  const signatureBytes = signature === undefined ? 0 : SIGNATURE_BYTES;
  const contentBytes = vector.byteLength + jsonBytes(metadata) + (document?.state.length ?? 0);
  return contentBytes + CONTEXT_ENTRY_BYTES * context.size + signatureBytes + OVERHEAD_BYTES;
}

function jsonBytes(value: JsonValue): number {
  if (typeof value === "string") return JSON_TOKEN_BYTES + BYTES_PER_CODE_UNIT * value.length;
  if (value === null || typeof value !== "object") return JSON_TOKEN_BYTES;
  let bytes = JSON_TOKEN_BYTES;
  for (const [key, child] of Object.entries(value)) bytes += BYTES_PER_CODE_UNIT * key.length + jsonBytes(child);
  return bytes;
}
