import { DecodeError } from "./decode-error.ts";
import { MAX_DOCUMENT_BYTES } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { VersionHead } from "./version-head.ts";
import type { EntryDocument, StoredVersion } from "../version.ts";
import type { Writer } from "./writer.ts";

export function writeDocument(writer: Writer, { state, vectorAt }: EntryDocument): void {
  writer.uint(vectorAt.wallMs, "vector's clock");
  writer.uint(vectorAt.counter, "vector's counter");
  writer.uint(state.length, "the length of a document", MAX_DOCUMENT_BYTES);
  writer.raw(state);
}

export function readDocument(reader: Reader): EntryDocument {
  const vectorAt = { wallMs: reader.uint("vector's clock"), counter: reader.uint("vector's counter") };
  // Copied: a view would keep the whole frame alive, and change with what its holder does to that.
  const state = reader.view(reader.uint("the length of a document", MAX_DOCUMENT_BYTES), "document").slice();
  return { state, vectorAt };
}

/** Whether these versions hold documents: all live ones do, or none, as the room goes by one mode (C6). */
export function holdDocuments(versions: readonly StoredVersion[]): boolean {
  const live = versions.filter(({ tombstone }) => !tombstone);
  const count = versions.filter(({ document }) => document !== undefined).length;
  if (count > 0 && count !== live.length)
    throw new RangeError("of a message's live versions all hold documents, or none; a tombstone holds none");
  return count > 0;
}

export function writeDocuments(writer: Writer, versions: readonly StoredVersion[]): void {
  for (const { document } of versions) if (document !== undefined) writeDocument(writer, document);
}

/** Spread into the versions of these heads. */
export function readDocuments(reader: Reader, heads: readonly VersionHead[]): { readonly document?: EntryDocument }[] {
  if (heads.every(({ stamp }) => stamp.tombstone)) throw new DecodeError("no live version, and documents");
  return heads.map(({ stamp, metadata }) => {
    if (stamp.tombstone) return {};
    if (Object.keys(metadata).length > 0) throw new DecodeError("metadata beside a document");
    return { document: readDocument(reader) };
  });
}
