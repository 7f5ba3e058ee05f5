import type { Author } from "./node-id.ts";
import { MAX_DIMENSIONS, MAX_ID_BYTES, MAX_ROOM_BYTES, MAX_VERSION_CONTEXT } from "./codec/limits.ts";
import type { StoredVersion } from "./version.ts";
import { Writer } from "./codec/writer.ts";
import { writeDocument } from "./codec/documents.ts";
import { writeMetadata } from "./codec/metadata.ts";

const LABEL = "vecmesh signed version";

/**
 * What an author signs (C10): the whole version, the room and the author, in one form whoever holds it. It names no protocol version,
 * since versions outlive those. The order of a context's origins says nothing, so here it is fixed.
 */
export function signedBytes(version: Omit<StoredVersion, "signature">, room: string, author: Author): Uint8Array {
  const { id, dot, context, hlc, tombstone, metadata, vector } = version;
  const writer = new Writer();
  writer.text(LABEL, "label", LABEL.length);
  writer.text(room, "room", MAX_ROOM_BYTES);
  writer.hex(author);
  writer.text(id, "id", MAX_ID_BYTES);
  writer.hex(dot.origin);
  writer.uint(dot.seq, "seq");
  writer.uint(context.size, "context", MAX_VERSION_CONTEXT);
  for (const [origin, seq] of [...context].sort(([a], [b]) => (a < b ? -1 : 1))) {
    writer.hex(origin);
    writer.uint(seq, "seq");
  }
  writer.uint(hlc.wallMs, "clock");
  writer.uint(hlc.counter, "clock's counter");
  writer.byte(tombstone ? 1 : 0);
  writeMetadata(writer, metadata);
  writer.uint(vector.length, "dimensions", MAX_DIMENSIONS);
  writer.raw(littleEndian(vector));
  if (version.document !== undefined) writeDocument(writer, version.document);
  return writer.done();
}

function littleEndian(vector: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(vector.byteLength));
  for (let i = 0; i < vector.length; i++) view.setFloat32(4 * i, vector[i]!, true);
  return new Uint8Array(view.buffer);
}
