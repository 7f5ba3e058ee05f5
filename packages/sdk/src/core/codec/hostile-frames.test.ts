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
}): Uint8Array {
  const id = parts.id ?? new TextEncoder().encode("a");
  const metadata = new TextEncoder().encode(parts.metadata ?? "{}");
  return frame(8, (writer) => {
    writer.byte(0);
    writer.uint(1, "origins");
    writer.hex("0123456789abcdef");
    writer.uint(1, "versions");
    writer.uint(0, "earliest");
    writer.uint(id.length, "id");
    writer.raw(id);
    for (const value of [parts.origin ?? 0, parts.seq ?? 1, 0, 0, 0, 1]) writer.uint(value, "head");
    writer.uint(metadata.length, "metadata");
    writer.raw(metadata);
    for (const plane of [0, 0, 0, 0]) writer.raw(Uint8Array.of(plane, 0));
  });
}

function frame(type: number, write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  writer.byte(1);
  writer.byte(type);
  write(writer);
  return writer.done();
}

const nested = (depth: number): string => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);

describe("hostile frames", () => {
  it("differ from honest ones only where the cases below say", () => {
    expect(decodeMessage(push({}))).toMatchObject({ type: "push", versions: [{ id: "a", metadata: {} }] });
    expect(decodeMessage(push({ metadata: nested(32) }))).toMatchObject({ type: "push" });
    expect(decodeMessage(push({ id: new Uint8Array(512).fill(0x61) }))).toMatchObject({ type: "push" });
  });

  it.each([
    ["a __proto__ key", push({ metadata: '{"__proto__":{"polluted":true}}' })],
    ["a __proto__ key inside", push({ metadata: '{"a":[{"__proto__":1}]}' })],
    ["an escaped __proto__ key", push({ metadata: '{"\\u005f_proto__":1}' })],
    ["33 levels of metadata", push({ metadata: nested(33) })],
    ["10,000 levels of metadata", push({ metadata: nested(10_000) })],
    ["metadata of 64 KiB and a byte", push({ metadata: `{"a":"${"x".repeat(65_536 - 7)}"}` })],
    ["metadata that is an array", push({ metadata: "[]" })],
    ["metadata that is null", push({ metadata: "null" })],
    ["metadata that is no JSON", push({ metadata: "{a:1}" })],
    ["no metadata", push({ metadata: "" })],
    ["metadata with spaces", push({ metadata: '{ "a": 1 }' })],
    ["metadata with a key twice", push({ metadata: '{"a":1,"a":2}' })],
    ["a number that JSON cannot hold", push({ metadata: '{"a":1e999}' })],
    ["an empty id", push({ id: new Uint8Array() })],
    ["an id of 513 bytes", push({ id: new Uint8Array(513).fill(0x61) })],
    ["an id that is not UTF-8", push({ id: Uint8Array.of(0xc3, 0x28) })],
    ["an id with half a surrogate pair", push({ id: Uint8Array.of(0xed, 0xa0, 0x80) })],
    ["a seq of 0", push({ seq: 0 })],
    ["an origin outside the table", push({ origin: 1 })],
  ])("with %s are refused", (_name, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  const huge = Number.MAX_SAFE_INTEGER;
  it.each([
    ["versions", 5, [0, 0, 0, huge]],
    ["a batch's origins", 5, [0, 0, huge]],
    ["a context's origins", 7, [0, huge]],
    ["a text's bytes", 8, [0, 0, 1, 0, huge]],
  ])("that claim 2^53 %s are refused before anything is allocated", (_name, type, values) => {
    const bytes = frame(type, (writer) => {
      for (const value of values) writer.uint(value, "value");
      writer.raw(new Uint8Array(1000));
    });
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
  });

  it.each([
    ["an overlong varint", [0x80, 0x00]],
    ["2^53", [128, 128, 128, 128, 128, 128, 128, 16]],
    ["a varint without end", [0x80, 0x80, 0x80]],
  ])("with %s are refused", (_name, varint) => {
    expect(() => decodeMessage(Uint8Array.of(1, 18, ...varint))).toThrow(DecodeError);
  });

  it("with intervals that end over 2^53 are refused", () => {
    const bytes = frame(16, (writer) => {
      writer.hex("00".repeat(16));
      writer.uint(1, "epoch");
      writer.uint(1, "origins");
      writer.hex("0123456789abcdef");
      writer.uint(1, "intervals");
      writer.uint(huge, "gap");
      writer.uint(huge, "length");
    });
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
  });
});
