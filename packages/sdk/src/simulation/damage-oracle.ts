import {
  CONTEXT_PREFIX,
  COUNTERS_KEY,
  HORIZON_PREFIX,
  LEASES_KEY,
  META_PREFIX,
  VERSION_PREFIX,
} from "../core/store-layout.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeIntervals } from "../core/codec/contexts.ts";
import { decodeJsonRecord } from "../core/codec/json-record.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import type { DiskImage } from "./disk.ts";

/** What of each record is read when a store opens. */
const DECODERS: readonly (readonly [prefix: string, decode: (bytes: Uint8Array) => unknown])[] = [
  [VERSION_PREFIX, decodeStoredStamp],
  [CONTEXT_PREFIX, decodeIntervals],
  [HORIZON_PREFIX, decodeIntervals],
  [META_PREFIX, decodeJsonRecord],
];
/** Records that a sound store need not have: nobody can miss them. */
const OPTIONAL: ReadonlySet<string> = new Set([COUNTERS_KEY, LEASES_KEY]);

/** S1: whether a store with this content must say, when it opens, that it is damaged: a record cannot be read. */
export function isGarbled(image: DiskImage): boolean {
  return [...image].some(([key, bytes]) => {
    const decode = DECODERS.find(([prefix]) => key.startsWith(prefix))?.[1];
    return decode !== undefined && !isLegible(bytes, decode);
  });
}

/** S1: whether a store from which this was taken must say so: a part is missing, and something is left that shows it. */
export function lacksPart(before: DiskImage, after: DiskImage): boolean {
  return after.size > 0 && [...before.keys()].some((key) => !after.has(key) && !OPTIONAL.has(key));
}

function isLegible(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): boolean {
  try {
    decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
