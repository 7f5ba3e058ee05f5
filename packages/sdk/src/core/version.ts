import { includesDot, isWithin, type VersionVector } from "./version-vector.ts";
import type { Author } from "./node-id.ts";
import type { Dot } from "./dot.ts";
import type { HlcStamp } from "./hybrid-logical-clock.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** What orders and relates a version, without its payload: the part a replica keeps in memory. */
export interface VersionStamp {
  readonly id: string;
  readonly dot: Dot;
  /** Which writes to this id the writer had seen. */
  readonly context: VersionVector;
  readonly hlc: HlcStamp;
  readonly tombstone: boolean;
}

/** Who made a version, and the proof of it (C10). */
export interface Signature {
  readonly author: Author;
  /** Ed25519 over `signedBytes`: 64 bytes in hex. */
  readonly proof: string;
}

/** What a live version holds in a room of documents (`crdt` mode) in the place of metadata. */
export interface EntryDocument {
  /** The whole state of a CRDT, opaque to the core, so that any sibling alone says all that its writer had seen (C6). */
  readonly state: Uint8Array;
  /** When the vector was written, which is a register beside the document: an edit of the document alone keeps it. */
  readonly vectorAt: HlcStamp;
}

/** One write to one id. A tombstone has an empty vector and `{}`. */
export interface StoredVersion extends VersionStamp {
  readonly vector: Float32Array;
  readonly metadata: JsonObject;
  /** In a room of documents, and in no other: what a live version holds instead of metadata, which is `{}` then. */
  readonly document?: EntryDocument;
  /** In a room of signed entries, and in no other. */
  readonly signature?: Signature;
}

/**
 * C4: v is dominated by w when w's writer had seen v **and** all that v's writer had seen.
 * The second half matters: a writer can learn of a dot by a session's context without its causes.
 */
export function isDominated(v: VersionStamp, w: VersionStamp): boolean {
  return includesDot(w.context, v.dot) && isWithin(v.context, w.context);
}
