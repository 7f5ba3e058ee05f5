import fc, { type Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";

import { crc32 } from "./checksum.ts";
import { decodeIntervals } from "./contexts.ts";
import { DecodeError } from "./decode-error.ts";
import { decodeMessage, encodeMessage } from "./frames.ts";
import { decodeJsonRecord } from "./json-record.ts";
import { messages, storedVersions } from "./messages.fixture.ts";
import { decodeStored, decodeStoredStamp, encodeStored } from "./stored.ts";

/** Of each of the three kinds of input below: 20,000 together. */
const RUNS = { random: 6_000, mutated: 8_000, stored: 6_000 };

/** Two to the 53rd less one, its successor, and a varint that never ends. */
const HUGE: readonly Uint8Array[] = [
  Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 15),
  Uint8Array.of(128, 128, 128, 128, 128, 128, 128, 16),
  new Uint8Array(64).fill(0x80),
];

interface Edit {
  readonly kind: "flip" | "set" | "insert" | "remove" | "cut" | "huge" | "repeat";
  readonly at: number;
  readonly value: number;
}

const edits: Arbitrary<Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Edit["kind"]>("flip", "set", "insert", "remove", "cut", "huge", "repeat"),
    at: fc.nat(65_535),
    value: fc.nat(255),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutate(bytes: Uint8Array, list: readonly Edit[]): Uint8Array {
  let mutated = [...bytes];
  for (const { kind, at, value } of list) {
    const place = at % (mutated.length + 1);
    if (kind === "flip" && place < mutated.length) mutated[place]! ^= 1 << (value & 7);
    else if (kind === "set" && place < mutated.length) mutated[place] = value;
    else if (kind === "insert") mutated.splice(place, 0, value);
    else if (kind === "remove") mutated.splice(place, 1 + (value & 7));
    else if (kind === "cut") mutated = mutated.slice(0, place);
    else if (kind === "huge") mutated.splice(place, 1, ...HUGE[value % HUGE.length]!);
    else if (kind === "repeat") mutated.splice(place, 0, ...mutated.slice(place, place + value));
  }
  return Uint8Array.from(mutated);
}

/** What came out must go in again: whatever decoding accepts is a message like any other. */
function decodeAndBack(bytes: Uint8Array): void {
  const message = refusedOr(() => decodeMessage(bytes));
  if (message === undefined) return;
  expect(decodeMessage(encodeMessage(message, { compress: false }).bytes)).toEqual(message);
}

function refusedOr<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

describe("decoding hostile bytes throws nothing but DecodeError", { timeout: 120_000 }, () => {
  it("random ones behind a valid header", () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(3), { maxLength: 100 }).map((small) => Uint8Array.from(small)),
    );
    fc.assert(
      fc.property(fc.nat(21), bodies, (type, body) => {
        const magic = type === 1 ? [0x76, 0x63, 0x6d, 0x68] : [];
        expect(() => decodeAndBack(Uint8Array.of(1, type, ...magic, ...body))).not.toThrow();
      }),
      { numRuns: RUNS.random },
    );
  });

  it("frames that were tampered with", () => {
    fc.assert(
      fc.property(messages, fc.boolean(), edits, (message, compress, list) => {
        expect(() => decodeAndBack(mutate(encodeMessage(message, { compress }).bytes, list))).not.toThrow();
      }),
      { numRuns: RUNS.mutated },
    );
  });

  it("stored records, with checksums that fit the damage", () => {
    fc.assert(
      fc.property(storedVersions, edits, fc.boolean(), (version, list, repair) => {
        const bytes = mutate(encodeStored(version, 7), list);
        if (repair && bytes.length > 10) repairStampChecksum(bytes);
        for (const decode of [decodeStored, decodeStoredStamp, decodeIntervals, decodeJsonRecord]) {
          expect(() => refusedOr(() => decode(bytes))).not.toThrow();
        }
      }),
      { numRuns: RUNS.stored },
    );
  });
});

function repairStampChecksum(bytes: Uint8Array): void {
  const stamp = bytes.subarray(10, 10 + bytes[9]!);
  new DataView(bytes.buffer).setUint32(1, crc32(stamp), true);
}
