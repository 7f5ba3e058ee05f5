import fc, { type Arbitrary } from "fast-check";
import { describe, expect } from "vitest";

import { hexOf, mutateBytes, type Sample, sameBytes, sampleOf } from "../../fuzzing/byte-mutation.fixture.ts";
import { decodeIntervals, encodeIntervals } from "./contexts.ts";
import { decodeJsonRecord, encodeJsonRecord } from "./json-record.ts";
import { decodeMessage, encodeMessage } from "./frames.ts";
import { decodeStored, decodeStoredStamp, encodeStored } from "./stored.ts";
import { documentVersions, intervalSets, messagesByType, storedVersions } from "./messages.fixture.ts";
import { crc32 } from "./checksum.ts";
import { dotOf } from "../causality.fixture.ts";
import { dotsOfSession, sessionToken } from "../session-token.ts";
import { mutateText } from "../../fuzzing/value-mutation.fixture.ts";
import { DecodeError } from "./decode-error.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";
import { isIntervalSet } from "../interval-set.ts";
import { MAX_INFLATE_RATIO } from "./limits.ts";
import type { Message } from "../messages.ts";
import { idFault, metadataFault } from "../entry-validation.ts";
import type { SeededRandom } from "../../simulation/random.ts";
import type { StoredVersion } from "../version.ts";
import { traceFields } from "../../fuzzing/field-trace.fixture.ts";
import { weightOf } from "../../fuzzing/weight.fixture.ts";

/** Valid ones of each kind, from which the tampered ones are made. */
const SAMPLES = 40;
/** Memory a byte of input, at most: an origin in 2 bytes of a version's context makes 60, an interval 8, empty metadata 16. */
const WEIGHT_PER_BYTE = 64;
/** What a value weighs that holds nothing. */
const BASE_WEIGHT = 2_000;

const samplesOf = <T>(values: Arbitrary<T>): T[] => fc.sample(values, { numRuns: SAMPLES, seed: 1 });

interface Decoded<T> {
  readonly value: T;
  readonly deflatedPlanes: number;
}

/** Undefined for what is refused. */
function decodeBounded<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): Decoded<T> | undefined {
  const { result, fields } = traceFields(bytes, (given) => {
    try {
      return { value: decode(given) };
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  });
  // Time: what is read is read once, and for its checksum.
  expect(fields.length).toBeLessThanOrEqual(2 * bytes.length + 2);
  if (result === undefined) return undefined;
  const deflatedPlanes = fields.filter(({ what, isUint }) => what === "deflated plane" && isUint).length;
  const perByte = deflatedPlanes > 0 ? 4 * MAX_INFLATE_RATIO : WEIGHT_PER_BYTE;
  expect(weightOf(result.value)).toBeLessThanOrEqual(BASE_WEIGHT + perByte * bytes.length);
  return { value: result.value, deflatedPlanes };
}

function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  if (!sameBytes(actual, expected)) throw new Error(`What was accepted is encoded otherwise:\n${hexOf(actual)}`);
}

function checkVersion(version: StoredVersion): void {
  expect(idFault(version.id)).toBeUndefined();
  expect(metadataFault(version.metadata)).toBeUndefined();
  expect(version.vector.length === 0).toBe(version.tombstone);
}

function checkMessage(bytes: Uint8Array): void {
  const decoded = decodeBounded(bytes, decodeMessage);
  if (decoded === undefined) return;
  const message: Message = decoded.value;
  const again = encodeMessage(message, { compress: false }).bytes;
  // Deflated planes have many forms; what they hold has one.
  if (decoded.deflatedPlanes === 0) expectBytes(again, bytes);
  else expectBytes(encodeMessage(decodeMessage(again), { compress: false }).bytes, again);
  if ("versions" in message)
    for (const version of message.versions) {
      checkVersion(version);
      expect(version.vector.every(Number.isFinite)).toBe(true);
    }
  for (const value of Object.values(message) as { origins?: Map<string, number[]> }[]) {
    for (const intervals of value?.origins?.values() ?? []) expect(isIntervalSet(intervals)).toBe(true);
  }
}

describe("P8: of frames, nothing but DecodeError, bounded, in one form", () => {
  const fuzzMessages = (name: string, inputs: number, values: Arbitrary<Message>): void => {
    const corpus = samplesOf(values).flatMap((message) =>
      [true, false].map((compress) => sampleOf(encodeMessage(message, { compress }).bytes, decodeMessage)),
    );
    fuzz(name, {
      inputs,
      generate: (random) => mutateBytes(random, corpus),
      check: checkMessage,
      print: hexOf,
    });
  };
  const inputs = Math.ceil(10_000 / Object.keys(messagesByType).length);
  for (const [type, values] of Object.entries(messagesByType)) fuzzMessages(type, inputs, values as Arbitrary<Message>);

  // Of few values each, so that all four planes are worth deflating.
  const plain = fc.tuple(storedVersions, fc.integer({ min: 64, max: 400 }), fc.float({ noNaN: true, min: -1, max: 1 }));
  const deflatable = plain.map(([version, length, value]): Message => ({
    type: "push",
    ack: undefined,
    versions: [{ ...version, tombstone: false, vector: new Float32Array(length).fill(value) }],
  }));
  fuzzMessages("vector planes", 2_000, deflatable);
});

/** With checksums that fit the damage, mostly: else nothing but they would be tested. */
function resealed(random: SeededRandom, corpus: readonly Sample[], reseal: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = mutateBytes(random, corpus);
  if (random.chance(0.9)) reseal(bytes);
  return bytes;
}

function resealRecord(bytes: Uint8Array): void {
  if (bytes.length >= 5) new DataView(bytes.buffer).setUint32(1, crc32(bytes.subarray(5)), true);
}

function resealStored(bytes: Uint8Array): void {
  // Longer stamps have a length of two bytes.
  const lengthBytes = (bytes[9] ?? 0) < 128 ? 1 : 2;
  const stampAt = 9 + lengthBytes;
  if (bytes.length < stampAt) return;
  const length = (bytes[9]! & 127) + (lengthBytes === 2 ? bytes[10]! * 128 : 0);
  const view = new DataView(bytes.buffer);
  view.setUint32(1, crc32(bytes.subarray(stampAt, stampAt + length)), true);
  view.setUint32(5, crc32(bytes.subarray(stampAt + length)), true);
}

describe("P8: of session tokens, which applications keep and pass on (Q9)", () => {
  const tokens = [1, 3, 40].map((count) => sessionToken(Array.from({ length: count }, (_, i) => dotOf(i, 2 * i + 1))));
  fuzz("tokens", {
    inputs: 500,
    generate: (random) => {
      const text = mutateText(random, random.pick(tokens));
      if (random.chance(0.5)) return text;
      // Those whose checksum is right again are refused for what they say.
      const bytes = Uint8Array.from(Buffer.from(random.pick(tokens), "base64url"));
      bytes[random.integer(5, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
      resealRecord(bytes);
      return Buffer.from(bytes).toString("base64url");
    },
    check: (token) => {
      const dots = dotsOfSession(token);
      if (dots === undefined) return;
      for (const intervals of dots.origins.values()) expect(isIntervalSet(intervals)).toBe(true);
      expect(weightOf(dots)).toBeLessThanOrEqual(BASE_WEIGHT + WEIGHT_PER_BYTE * token.length);
    },
    print: (token) => token,
  });
});

describe("S1: of a damaged store, nothing but DecodeError, bounded, in one form", () => {
  const stored = [...samplesOf(storedVersions), ...samplesOf(documentVersions)].map((version) =>
    sampleOf(encodeStored(version, 7), decodeStored),
  );
  fuzz("versions", {
    inputs: 3_000,
    generate: (random) => resealed(random, stored, resealStored),
    check: (bytes) => {
      const decoded = decodeBounded(bytes, decodeStored);
      const stamp = decodeBounded(bytes, decodeStoredStamp);
      if (decoded === undefined) return;
      const { version, revision } = decoded.value;
      expectBytes(encodeStored(version, revision), bytes);
      checkVersion(version);
      expect(stamp?.value).toMatchObject({ revision, stamp: { id: version.id, dot: version.dot } });
    },
    print: hexOf,
  });

  const intervals = samplesOf(intervalSets).map((set) => sampleOf(encodeIntervals(set), decodeIntervals));
  fuzz("intervals", {
    inputs: 1_000,
    generate: (random) => resealed(random, intervals, resealRecord),
    check: (bytes) => {
      const decoded = decodeBounded(bytes, decodeIntervals);
      if (decoded === undefined) return;
      expectBytes(encodeIntervals(decoded.value), bytes);
      expect(isIntervalSet(decoded.value)).toBe(true);
    },
    print: hexOf,
  });

  const json = samplesOf(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))).map((object) =>
    sampleOf(encodeJsonRecord(object), decodeJsonRecord),
  );
  fuzz("JSON records", {
    inputs: 1_000,
    generate: (random) => resealed(random, json, resealRecord),
    check: (bytes) => {
      const decoded = decodeBounded(bytes, decodeJsonRecord);
      if (decoded !== undefined) expectBytes(encodeJsonRecord(decoded.value as object), bytes);
    },
    print: hexOf,
  });
});
