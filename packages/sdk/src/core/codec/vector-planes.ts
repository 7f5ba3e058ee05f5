import { deflateSync, inflateSync } from "fflate";

import { DecodeError } from "./decode-error.ts";
import { MAX_DEFLATED_BYTES, MAX_INFLATE_RATIO, MAX_VECTOR_BYTES } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

const FLOAT_BYTES: number = Float32Array.BYTES_PER_ELEMENT;
const EXPONENT_BITS = 0x7f80_0000;

const RAW = 0;
const DEFLATED = 1;

/** fflate's fastest: higher levels take twice the time for a hundredth of the bytes on exponents. */
const DEFLATE_LEVEL = 1;
/** What is deflated of a plane to see whether the rest is worth it. */
const SAMPLE_BYTES = 2048;
/** A plane is deflated when its sample shrinks below this part: mantissas stay at 1, exponents come to 0.4. */
const WORTHWHILE = 0.9;

/**
 * Float32 components as four planes, the lowest bytes of all of them first, signs and exponents last. Neighbours in a
 * plane resemble each other where the four bytes of a float do not.
 * @returns how many bytes deflating saved.
 */
export function writeVectors(writer: Writer, vectors: readonly Float32Array[], compress: boolean): number {
  const planes = split(vectors);
  const length = planes[0]!.length;
  if (length * FLOAT_BYTES > MAX_VECTOR_BYTES)
    throw new RangeError(`vectors of ${length * FLOAT_BYTES} bytes exceed ${MAX_VECTOR_BYTES}`);
  if (length === 0) return 0;
  let deflatedLeft = MAX_DEFLATED_BYTES;
  let saved = 0;
  for (const plane of planes) {
    const deflated = compress ? deflateIfWorthwhile(plane, deflatedLeft) : undefined;
    writer.byte(deflated === undefined ? RAW : DEFLATED);
    if (deflated === undefined) {
      writer.raw(plane);
    } else {
      writer.uint(deflated.length, "deflated plane");
      writer.raw(deflated);
      deflatedLeft -= deflated.length;
      saved += plane.length - deflated.length;
    }
  }
  return saved;
}

/** @param lengths each vector's number of components. */
export function readVectors(reader: Reader, lengths: readonly number[]): Float32Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total * FLOAT_BYTES > MAX_VECTOR_BYTES) throw new DecodeError(`vectors are over ${MAX_VECTOR_BYTES} bytes`);
  if (total === 0) return lengths.map(() => new Float32Array());
  const planes: Uint8Array[] = [];
  let deflatedLeft = MAX_DEFLATED_BYTES;
  for (let i = 0; i < FLOAT_BYTES; i++) {
    const kind = reader.byte("plane's kind");
    if (kind === RAW) {
      planes.push(reader.view(total, "plane"));
    } else if (kind === DEFLATED) {
      const deflated = reader.view(reader.uint("deflated plane", Math.min(deflatedLeft, total - 1)), "deflated plane");
      deflatedLeft -= deflated.length;
      planes.push(inflate(deflated, total));
    } else {
      throw new DecodeError("an unknown kind of plane");
    }
  }
  return join(planes, lengths);
}

/** A block's header, a literal and the end of the block: no plane deflates to less. */
const LEAST_DEFLATED_BYTES = 3;

function split(vectors: readonly Float32Array[]): Uint8Array[] {
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const p0 = new Uint8Array(length);
  const p1 = new Uint8Array(length);
  const p2 = new Uint8Array(length);
  const p3 = new Uint8Array(length);
  let at = 0;
  for (const vector of vectors) {
    // Shifts of whole words, so that the byte order of the machine does not matter.
    const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
    for (let i = 0; i < words.length; i++, at++) {
      const word = words[i]!;
      p0[at] = word;
      p1[at] = word >>> 8;
      p2[at] = word >>> 16;
      p3[at] = word >>> 24;
    }
  }
  return [p0, p1, p2, p3];
}

function join(planes: readonly Uint8Array[], lengths: readonly number[]): Float32Array[] {
  const [p0, p1, p2, p3] = planes as readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  let at = 0;
  return lengths.map((length) => {
    const words = new Uint32Array(length);
    for (let i = 0; i < length; i++, at++) {
      const word = p0[at]! | (p1[at]! << 8) | (p2[at]! << 16) | (p3[at]! << 24);
      if ((word & EXPONENT_BITS) === EXPONENT_BITS) throw new DecodeError("a vector's component is not finite");
      words[i] = word;
    }
    return new Float32Array(words.buffer);
  });
}

function deflateIfWorthwhile(plane: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (plane.length <= LEAST_DEFLATED_BYTES) return undefined;
  if (plane.length > 2 * SAMPLE_BYTES) {
    const middle = plane.length >>> 1;
    const sample = plane.subarray(middle, middle + SAMPLE_BYTES);
    if (deflateSync(sample, { level: DEFLATE_LEVEL }).length > WORTHWHILE * SAMPLE_BYTES) return undefined;
  }
  const deflated = deflateSync(plane, { level: DEFLATE_LEVEL });
  return deflated.length < plane.length && deflated.length <= maxBytes ? deflated : undefined;
}

function inflate(deflated: Uint8Array, length: number): Uint8Array {
  if (length > deflated.length * MAX_INFLATE_RATIO)
    throw new DecodeError("a deflated plane claims an impossible ratio");
  // One byte more than allowed, so that a plane that goes on shows: fflate drops what does not fit.
  const out = new Uint8Array(length + 1);
  let plane: Uint8Array;
  try {
    plane = inflateSync(deflated, { out });
  } catch (cause) {
    throw new DecodeError("a plane does not inflate", { cause });
  }
  if (plane.length !== length) throw new DecodeError("a plane inflates to another length");
  return plane;
}
