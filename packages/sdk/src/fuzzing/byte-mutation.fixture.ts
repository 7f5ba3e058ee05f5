import type { SeededRandom } from "../simulation/random.ts";
import { type Field, traceFields } from "./field-trace.fixture.ts";
import { Writer } from "../core/codec/writer.ts";

/** A valid encoding and where its fields are. */
export interface Sample {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
}

export function sampleOf(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): Sample {
  return { bytes, fields: traceFields(bytes, decode).fields.filter(({ start, end }) => end > start) };
}

/** What no encoder writes: 2^53, an overlong 0, one without an end. */
const BAD_UINTS: readonly Uint8Array[] = [
  Uint8Array.of(128, 128, 128, 128, 128, 128, 128, 16),
  Uint8Array.of(0x80, 0),
  new Uint8Array(64).fill(0x80),
];
const UINTS: readonly number[] = [0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

/** A third are noise behind an honest beginning; the others honest encodings with fields or bytes tampered with. */
export function mutateBytes(random: SeededRandom, corpus: readonly Sample[]): Uint8Array {
  const sample = random.pick(corpus);
  const kind = random.weighted({ noise: 3, fields: 4, bytes: 2, both: 1 });
  if (kind === "noise") {
    const kept = random.chance(0.5) ? random.integer(0, Math.min(8, sample.bytes.length)) : cut(random, sample.bytes);
    return concat([sample.bytes.subarray(0, kept), noise(random)]);
  }
  const edited = kind === "bytes" ? sample.bytes : editFields(random, sample, corpus);
  return kind === "fields" ? edited : editBytes(random, edited);
}

function cut(random: SeededRandom, bytes: Uint8Array): number {
  return random.integer(0, bytes.length);
}

/** Small bytes more often than not: they make counts and flags that are within limits. */
function noise(random: SeededRandom): Uint8Array {
  const length = random.integer(0, random.chance(0.1) ? 2_000 : 60);
  const most = random.pick([1, 3, 127, 255]);
  return random.bytes(length).map((byte) => byte % (most + 1));
}

function editFields(random: SeededRandom, { bytes, fields }: Sample, corpus: readonly Sample[]): Uint8Array {
  const pieces = piecesOf(bytes, fields);
  for (let edits = random.integer(1, 3); edits > 0 && pieces.length > 0; edits--) {
    const at = random.integer(0, pieces.length - 1);
    const piece = pieces[at]!;
    const edit = random.weighted({ replace: 6, remove: 1, repeat: 1, swap: 1, transplant: 2 });
    if (edit === "replace") pieces[at] = { ...piece, bytes: replaced(random, piece) };
    else if (edit === "remove") pieces.splice(at, random.integer(1, 4));
    else if (edit === "repeat") pieces.splice(at, 0, ...pieces.slice(at, at + random.integer(1, 4)));
    else if (edit === "swap") {
      const other = random.integer(0, pieces.length - 1);
      pieces[at] = pieces[other]!;
      pieces[other] = piece;
    } else {
      const donor = random.pick(corpus);
      const from = piecesOf(donor.bytes, donor.fields);
      const start = random.integer(0, Math.max(0, from.length - 1));
      pieces.splice(at, random.integer(0, 2), ...from.slice(start, start + random.integer(1, 6)));
    }
  }
  return concat(pieces.map((part) => part.bytes));
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly isUint: boolean;
}

/** The fields, and what lies between them as pieces of their own. */
function piecesOf(bytes: Uint8Array, fields: readonly Field[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, isUint } of fields) {
    // A record's body is read once as a whole, for its checksum, and once more in parts.
    if (start < at) continue;
    if (start > at) pieces.push({ bytes: bytes.subarray(at, start), isUint: false });
    pieces.push({ bytes: bytes.subarray(start, end), isUint });
    at = end;
  }
  if (at < bytes.length) pieces.push({ bytes: bytes.subarray(at), isUint: false });
  return pieces;
}

function replaced(random: SeededRandom, { bytes, isUint }: Piece): Uint8Array {
  if (!isUint) return editBytes(random, bytes);
  if (random.chance(0.1)) return random.pick(BAD_UINTS);
  const before = valueOf(bytes);
  const near = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, before + random.integer(-2, 2)));
  const writer = new Writer();
  writer.uint(random.chance(0.5) ? near : random.pick(UINTS), "mutated");
  return writer.done();
}

function valueOf(varint: Uint8Array): number {
  return varint.reduceRight((value, byte) => value * 128 + (byte & 127), 0);
}

function editBytes(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  let edited = [...bytes];
  for (let edits = random.integer(1, 4); edits > 0; edits--) {
    const at = random.integer(0, edited.length);
    const edit = random.weighted({ flip: 4, set: 2, insert: 1, remove: 1, cut: 1, repeat: 1 });
    if (edit === "flip" && at < edited.length) edited[at]! ^= 1 << random.integer(0, 7);
    else if (edit === "set" && at < edited.length) edited[at] = random.integer(0, 255);
    else if (edit === "insert") edited.splice(at, 0, random.integer(0, 255));
    else if (edit === "remove") edited.splice(at, random.integer(1, 8));
    else if (edit === "cut") edited = edited.slice(0, at);
    else if (edit === "repeat") edited.splice(at, 0, ...edited.slice(at, at + random.integer(1, 64)));
  }
  return Uint8Array.from(edited);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
