import { includesDot, isWithin, type VersionVector } from "./version-vector.ts";
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

/** One write to one id. A tombstone has an empty vector and `{}`. */
export interface StoredVersion extends VersionStamp {
  readonly vector: Float32Array;
  readonly metadata: JsonObject;
}

/**
 * C4: v is dominated by w when w's writer had seen v **and** all that v's writer had seen.
 * The second half matters: a writer can learn of a dot by a session's context without its causes.
 */
export function isDominated(v: VersionStamp, w: VersionStamp): boolean {
  return includesDot(w.context, v.dot) && isWithin(v.context, w.context);
}
