import { CausalContext } from "../causal-context.ts";
import { ContextDigest, DIGEST_BUCKETS, DIGEST_WORDS } from "../context-digest.ts";
import type { IntervalSet } from "../interval-set.ts";
import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import { DecodeError } from "./decode-error.ts";
import { decodeRecord, encodeRecord } from "./durable-record.ts";
import { MAX_CONTEXT_INTERVALS, MAX_CONTEXT_ORIGINS } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** A gap and a length of one byte each. */
const MIN_INTERVAL_BYTES = 2;
const MIN_ORIGIN_BYTES: number = ORIGIN_BYTES + 1 + MIN_INTERVAL_BYTES;

/**
 * The count, then for each interval the seqs between it and the one before (less the one that must be there, as
 * neighbours would be one interval) and its length less one. So every byte string that decodes is a valid set.
 */
export function writeIntervals(writer: Writer, intervals: IntervalSet): void {
  writer.uint(intervals.length / 2, "intervals of an origin", MAX_CONTEXT_INTERVALS);
  let next = 1;
  for (let i = 0; i < intervals.length; i += 2) {
    const from = intervals[i]!;
    const to = intervals[i + 1]!;
    writer.uint(from - next, "gap");
    writer.uint(to - from, "interval");
    next = to + 2;
  }
}

export function readIntervals(reader: Reader, maxIntervals: number = MAX_CONTEXT_INTERVALS): IntervalSet {
  const count = reader.count("intervals of an origin", maxIntervals, MIN_INTERVAL_BYTES);
  const intervals: number[] = [];
  let next = 1;
  for (let i = 0; i < count; i++) {
    const from = next + reader.uint("gap");
    const to = from + reader.uint("interval");
    if (to > Number.MAX_SAFE_INTEGER) throw new DecodeError("a seq is over 2^53");
    intervals.push(from, to);
    next = to + 2;
  }
  return intervals;
}

/** One origin's intervals as a record of the store. */
export function encodeIntervals(intervals: IntervalSet): Uint8Array {
  return encodeRecord((writer) => writeIntervals(writer, intervals));
}

/** @throws DecodeError when the record is damaged or of another format. */
export function decodeIntervals(bytes: Uint8Array): IntervalSet {
  return decodeRecord(bytes, (reader) => readIntervals(reader));
}

/** The count of origins, then each origin's 8 bytes and its intervals. */
export function writeContext(writer: Writer, context: CausalContext): void {
  writer.uint(context.origins.size, "origins of a context", MAX_CONTEXT_ORIGINS);
  let left = MAX_CONTEXT_INTERVALS;
  for (const [origin, intervals] of context.origins) {
    writer.hex(origin);
    writeIntervals(writer, intervals);
    left -= intervals.length / 2;
    if (left < 0) throw new RangeError(`a context holds more than ${MAX_CONTEXT_INTERVALS} intervals`);
  }
}

export function readContext(reader: Reader): CausalContext {
  const count = reader.count("origins of a context", MAX_CONTEXT_ORIGINS, MIN_ORIGIN_BYTES);
  const origins = new Map<Origin, IntervalSet>();
  let left = MAX_CONTEXT_INTERVALS;
  for (let i = 0; i < count; i++) {
    const origin = reader.hex(ORIGIN_BYTES, "origin") as Origin;
    const intervals = readIntervals(reader, left);
    if (intervals.length === 0) throw new DecodeError("an origin without intervals");
    if (origins.has(origin)) throw new DecodeError("an origin twice in a context");
    origins.set(origin, intervals);
    left -= intervals.length / 2;
  }
  return CausalContext.of(origins);
}

export function writeDigest(writer: Writer, digest: ContextDigest): void {
  for (const word of digest.words) writer.uint32(word);
}

export function readDigest(reader: Reader): ContextDigest {
  const words = new Uint32Array(DIGEST_WORDS);
  for (let i = 0; i < DIGEST_WORDS; i++) words[i] = reader.uint32("digest");
  return new ContextDigest(words);
}

/** One bit a bucket: bucket b is bit b mod 8, from the lowest, of byte b / 8. */
export function writeBuckets(writer: Writer, buckets: ReadonlySet<number>): void {
  const bits = new Uint8Array(DIGEST_BUCKETS / 8);
  for (const bucket of buckets) bits[bucket >>> 3]! |= 1 << (bucket & 7);
  writer.raw(bits);
}

export function readBuckets(reader: Reader): ReadonlySet<number> {
  const bits = reader.view(DIGEST_BUCKETS / 8, "buckets");
  const buckets = new Set<number>();
  for (let bucket = 0; bucket < DIGEST_BUCKETS; bucket++)
    if ((bits[bucket >>> 3]! >>> (bucket & 7)) & 1) buckets.add(bucket);
  return buckets;
}
