import { describe, expect, it } from "vitest";

import { DecodeError } from "./decode-error.ts";
import { decodeMessage } from "./frames.ts";
import { Writer } from "./writer.ts";

/** A push of one version with these parts in place of honest ones, written by hand: the encoder would refuse. */
function push(parts: {
  readonly id?: Uint8Array;
  readonly metadata?: string;
  readonly seq?: number;
  readonly origin?: number;
  readonly context?: readonly number[];
  readonly table?: readonly string[];
  readonly clock?: number;
  readonly signatures?: Uint8Array;
}): Uint8Array {
  const id = parts.id ?? new TextEncoder().encode("a");
  const metadata = new TextEncoder().encode(parts.metadata ?? "{}");
  return frame(8, (writer) => {
    writer.byte(0);
    const table = parts.table ?? ["01"];
    writer.uint(table.length, "origins");
    for (const origin of table) writer.hex(origin.repeat(8));
    writer.uint(1, "versions");
    writer.uint(0, "earliest");
    writer.uint(id.length, "id");
    writer.raw(id);
    const context = parts.context ?? [];
    const head = [parts.origin ?? 0, parts.seq ?? 1, context.length / 2, ...context, parts.clock ?? 0, 0, 1];
    for (const value of head) writer.uint(value, "head");
    writer.uint(metadata.length, "metadata");
    writer.raw(metadata);
    for (const plane of [0, 0, 0, 0]) writer.raw(Uint8Array.of(plane, 0));
    writer.raw(parts.signatures ?? Uint8Array.of(0));
  });
}

function frame(type: number, write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  writer.byte(1);
  writer.byte(type);
  write(writer);
  return writer.done();
}

function replicaSet(parts: { readonly voters?: readonly string[]; readonly replicationFactor?: number }): Uint8Array {
  const voters = parts.voters ?? [];
  return frame(12, (writer) => {
    writer.byte(0);
    writer.hex("00".repeat(16));
    for (const value of [0, 1, parts.replicationFactor ?? 3, 0, 0, 0, voters.length]) writer.uint(value, "record");
    for (const voter of voters) {
      writer.hex(voter.repeat(16) + "00".repeat(16));
      writer.uint(1, "since");
      writer.byte(0);
    }
    writer.uint(0, "barred");
  });
}

/** With these origins, each with the one interval, or none. */
function sessionEnd(origins: readonly string[], interval: readonly number[]): Uint8Array {
  return frame(7, (writer) => {
    writer.uint(1, "session");
    writer.byte(0);
    writer.uint(origins.length, "origins");
    for (const origin of origins) {
      writer.hex(origin.repeat(8));
      writer.uint(interval.length / 2, "intervals");
      for (const value of interval) writer.uint(value, "interval");
    }
    // Enough that nothing is refused for being cut off.
    writer.raw(new Uint8Array(8));
  });
}

const nested = (depth: number): string => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);

describe("hostile frames", () => {
  it("differ from honest ones only where the cases below say", () => {
    expect(decodeMessage(push({}))).toMatchObject({ type: "push", versions: [{ id: "a", metadata: {} }] });
    expect(decodeMessage(push({ metadata: nested(32) }))).toMatchObject({ type: "push" });
    expect(decodeMessage(push({ id: new Uint8Array(512).fill(0x61) }))).toMatchObject({ type: "push" });
  });

  it.each([
    ["a __proto__ key", push({ metadata: '{"__proto__":{"polluted":true}}' }), "key __proto__"],
    ["a __proto__ key inside", push({ metadata: '{"a":[{"__proto__":1}]}' }), "key __proto__"],
    ["an escaped __proto__ key", push({ metadata: '{"\\u005f_proto__":1}' }), "key __proto__"],
    ["33 levels of metadata", push({ metadata: nested(33) }), "at most 32 levels"],
    ["10,000 levels of metadata", push({ metadata: nested(10_000) }), "at most 32 levels"],
    ["metadata of 64 KiB and a byte", push({ metadata: `{"a":"${"x".repeat(65_536 - 7)}"}` }), "over 65536"],
    ["metadata that is an array", push({ metadata: "[]" }), "not a JSON object"],
    ["metadata that is null", push({ metadata: "null" }), "not a JSON object"],
    ["metadata that is no JSON", push({ metadata: "{a:1}" }), "not JSON"],
    ["no metadata", push({ metadata: "" }), "not JSON"],
    ["metadata with spaces", push({ metadata: '{ "a": 1 }' }), "form that JSON.stringify gives"],
    ["metadata with a key twice", push({ metadata: '{"a":1,"a":2}' }), "form that JSON.stringify gives"],
    ["a number that JSON cannot hold", push({ metadata: '{"a":1e999}' }), "finite number"],
    ["an empty id", push({ id: new Uint8Array() }), "must not be empty"],
    ["an id of 513 bytes", push({ id: new Uint8Array(513).fill(0x61) }), "over 512"],
    ["an id that is not UTF-8", push({ id: Uint8Array.of(0xc3, 0x28) }), "not UTF-8"],
    ["an id with half a surrogate pair", push({ id: Uint8Array.of(0xed, 0xa0, 0x80) }), "not UTF-8"],
    ["a seq of 0", push({ seq: 0 }), "a seq of 0"],
    ["an origin outside the table", push({ origin: 1 }), "outside the table"],
    ["an origin twice in the table", push({ table: ["01", "01"], context: [1, 1] }), "twice in the table"],
    ["an origin that nobody names", push({ table: ["01", "02"] }), "no version names"],
    ["a table out of order", push({ table: ["01", "02"], origin: 1, context: [0, 1] }), "order of use"],
    ["an earliest clock before all", push({ clock: 1 }), "earliest clock that no version has"],
    ["an origin twice in a version's context", push({ context: [0, 1, 0, 2] }), "twice in a version's context"],
    ["a signature cut off", push({ signatures: new Uint8Array(1 + 95).fill(1) }), "signature is cut off"],
    ["versions that carry what there is not", push({ signatures: Uint8Array.of(4) }), "unknown bits"],
    [
      "signatures of no versions",
      frame(8, (writer) => writer.raw(Uint8Array.of(0, 0, 0, 1))),
      "no versions, and signed",
    ],
    ["a voter twice", replicaSet({ voters: ["aa", "bb", "aa"] }), "a voter twice"],
    ["four voters where three are allowed", replicaSet({ voters: ["aa", "bb", "cc", "dd"] }), "over 3"],
    ["a replication factor of 0", replicaSet({ replicationFactor: 0 }), "replication factor of 0"],
    ["an origin twice in a context", sessionEnd(["aa", "aa"], [0, 0]), "twice in a context"],
    ["an origin without intervals", sessionEnd(["aa"], []), "without intervals"],
    ["intervals that end over 2^53", sessionEnd(["aa"], [Number.MAX_SAFE_INTEGER, 1]), "over 2^53"],
  ])("with %s are refused", (_name, bytes, reason) => {
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
    expect(() => decodeMessage(bytes)).toThrow(reason);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("with more origins in their versions' contexts than a frame may hold are refused", () => {
    const versions = 17;
    const origins = 65_536;
    const bytes = frame(8, (writer) => {
      writer.byte(0);
      writer.uint(origins, "origins");
      for (let origin = 0; origin < origins; origin++) writer.hex(origin.toString(16).padStart(16, "0"));
      writer.uint(versions, "versions");
      writer.uint(0, "earliest");
      for (let version = 0; version < versions; version++) {
        for (const value of [1, 0x61, 0, 1, origins]) writer.uint(value, "head");
        for (let origin = 0; origin < origins; origin++) {
          writer.uint(origin, "origin");
          writer.uint(1, "seq");
        }
        for (const value of [0, 0, 0]) writer.uint(value, "tombstone");
      }
    });
    expect(() => decodeMessage(bytes)).toThrow("a version's context is over 0");
  });

  const huge = Number.MAX_SAFE_INTEGER;
  it.each([
    ["versions", 5, [0, 0, 0, huge], "versions is over 16384"],
    ["a batch's origins", 5, [0, 0, huge], "origins of a batch is over 262144"],
    ["a context's origins", 7, [0, 0, huge], "origins of a context is over 262144"],
    ["a text's bytes", 8, [0, 0, 1, 0, huge], "id is over 512"],
    ["versions for their bytes", 5, [0, 0, 0, 1000], "more than the bytes that are left"],
    ["origins for their bytes", 7, [0, 0, 1000], "more than the bytes that are left"],
  ])("that claim too many %s are refused before anything is allocated", (_name, type, values, reason) => {
    const bytes = frame(type, (writer) => {
      for (const value of values) writer.uint(value, "value");
      writer.raw(new Uint8Array(1000));
    });
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
    expect(() => decodeMessage(bytes)).toThrow(reason);
  });

  it.each([
    ["an overlong varint", [0x80, 0x00]],
    ["2^53", [128, 128, 128, 128, 128, 128, 128, 16]],
    ["a varint without end", [0x80, 0x80, 0x80]],
  ])("with %s are refused", (_name, varint) => {
    expect(() => decodeMessage(Uint8Array.of(1, 18, ...varint))).toThrow(DecodeError);
  });
});
