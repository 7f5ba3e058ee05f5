import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeIntervals, encodeIntervals } from "./contexts.ts";
import { DecodeError } from "./decode-error.ts";
import { decodeJsonRecord, encodeJsonRecord } from "./json-record.ts";
import { crc32 } from "./checksum.ts";
import { encodeRecord } from "./durable-record.ts";
import type { Origin } from "../node-id.ts";
import type { StoredVersion } from "../version.ts";
import { Writer } from "./writer.ts";
import { documentVersions, intervalSets, signedVersions, storedVersions } from "./messages.fixture.ts";
import { decodeStored, decodeStoredStamp, encodeStored } from "./stored.ts";

/** Flips one bit somewhere. */
const damage = fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), bit: fc.nat(7) });

function damaged(bytes: Uint8Array, { at, bit }: { readonly at: number; readonly bit: number }): Uint8Array {
  const copy = bytes.slice();
  copy[Math.floor(at * copy.length)]! ^= 1 << bit;
  return copy;
}

describe("stored versions", { timeout: 60_000 }, () => {
  it("come back whole, and their stamps alone", () => {
    fc.assert(
      fc.property(fc.oneof(storedVersions, signedVersions, documentVersions), fc.maxSafeNat(), (version, revision) => {
        const bytes = encodeStored(version, revision);
        const { vector: _vector, metadata: _metadata, document: _document, signature: _signature, ...stamp } = version;
        expect(decodeStored(bytes)).toStrictEqual({ version, revision });
        expect(decodeStoredStamp(bytes)).toStrictEqual({
          stamp,
          revision,
          hash: decodeStoredStamp(encodeStored(version, 0)).hash,
        });
      }),
    );
  });

  it("show any flipped bit", () => {
    fc.assert(
      fc.property(storedVersions, damage, (version, where) => {
        expect(() => decodeStored(damaged(encodeStored(version, 3), where))).toThrow(DecodeError);
      }),
    );
  });

  it("show every cut", () => {
    fc.assert(
      fc.property(storedVersions, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (version, part) => {
        const bytes = encodeStored(version, 3);
        expect(() => decodeStored(bytes.subarray(0, Math.floor(part * bytes.length)))).toThrow(DecodeError);
      }),
    );
  });

  it("keep their stamp readable when only the payload is damaged", () => {
    fc.assert(
      fc.property(
        storedVersions.filter((version) => !version.tombstone),
        (version) => {
          const bytes = encodeStored(version, 3);
          bytes[bytes.length - 1]! ^= 1;
          expect(decodeStoredStamp(bytes).stamp.id).toBe(version.id);
          expect(() => decodeStored(bytes)).toThrow(DecodeError);
        },
      ),
    );
  });
});

/** A record whose checksums are right and whose content no encoder writes, made from one that differs by `edit`. */
function forged(version: Partial<StoredVersion>, edit: (record: { stamp: number[]; payload: number[] }) => void) {
  const honest = {
    id: "a",
    dot: { origin: "01".repeat(8) as Origin, seq: 1 },
    context: new Map(),
    hlc: { wallMs: 0, counter: 0 },
    tombstone: true,
    vector: new Float32Array(),
    metadata: {},
  };
  const bytes = encodeStored({ ...honest, ...version }, 1);
  const payloadAt = 10 + bytes[9]!;
  const parts = { stamp: [...bytes.subarray(10, payloadAt)], payload: [...bytes.subarray(payloadAt)] };
  edit(parts);
  const writer = new Writer();
  writer.byte(1);
  writer.uint32(crc32(Uint8Array.from(parts.stamp)));
  writer.uint32(crc32(Uint8Array.from(parts.payload)));
  writer.uint(parts.stamp.length, "stamp");
  writer.raw(Uint8Array.from([...parts.stamp, ...parts.payload]));
  return writer.done();
}

/** All found by fuzzing: they were taken for something, and written back as something else. */
describe("stored versions that no encoder writes are refused:", () => {
  const SEQ_AT = 12;
  const context = new Map([["02".repeat(8) as Origin, 1]]);
  const vector = Float32Array.of(1);
  it.each([
    ["a tombstone with a payload", forged({}, ({ payload }) => payload.push(0)), "tombstone with a payload"],
    ["a seq of 0", forged({}, ({ stamp }) => (stamp[SEQ_AT] = 0)), "seq of 0"],
    [
      "an origin twice in its context",
      forged({ context }, ({ stamp }) => {
        stamp[stamp.length - 10] = 2;
        stamp.push(...stamp.slice(-9));
      }),
      "twice",
    ],
    [
      "no components",
      forged({ tombstone: false, vector }, ({ payload }) => payload.splice(3, 5, 0)),
      "without components",
    ],
  ])("%s", (_what, bytes, reason) => {
    expect(() => decodeStored(bytes)).toThrow(reason);
  });
});

describe("the store's other records", () => {
  it("in another form than JSON.stringify's are refused (found by fuzzing)", () => {
    const bytes = encodeRecord((writer) => writer.text('{ "a": 1 }', "record", 100));
    expect(() => decodeJsonRecord(bytes)).toThrow("form that JSON.stringify gives");
  });

  it("come back, and show any flipped bit", () => {
    fc.assert(
      fc.property(intervalSets, damage, (intervals, where) => {
        const bytes = encodeIntervals(intervals);
        expect(decodeIntervals(bytes)).toEqual(intervals);
        expect(() => decodeIntervals(damaged(bytes, where))).toThrow(DecodeError);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), damage, (value, where) => {
        const bytes = encodeJsonRecord({ value });
        expect(decodeJsonRecord(bytes)).toEqual(JSON.parse(JSON.stringify({ value })));
        expect(() => decodeJsonRecord(damaged(bytes, where))).toThrow(DecodeError);
      }),
    );
  });
});
