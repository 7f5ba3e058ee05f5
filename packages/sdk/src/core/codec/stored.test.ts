import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeIntervals, encodeIntervals } from "./contexts.ts";
import { DecodeError } from "./decode-error.ts";
import { decodeJsonRecord, encodeJsonRecord } from "./json-record.ts";
import { intervalSets, storedVersions } from "./messages.fixture.ts";
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
      fc.property(storedVersions, fc.maxSafeNat(), (version, revision) => {
        const bytes = encodeStored(version, revision);
        const { vector: _vector, metadata: _metadata, ...stamp } = version;
        expect(decodeStored(bytes)).toStrictEqual({ version, revision });
        expect(decodeStoredStamp(bytes)).toStrictEqual({ stamp, revision });
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

describe("the store's other records", () => {
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
