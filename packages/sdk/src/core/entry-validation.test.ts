import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { idFault, metadataFault, validateEntry, validateId, validateVector } from "./entry-validation.ts";

const vector = Float32Array.of(1, 2, 3);
const good = { id: "a", vector, metadata: { text: "x", list: [1, null, { deep: true }] } };

function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

describe("entries", () => {
  it("that are well-formed pass, with and without metadata and a room's dimensions", () => {
    expect(() => validateEntry(good, 3)).not.toThrow();
    expect(() => validateEntry({ id: "a", vector }, undefined)).not.toThrow();
  });

  it("say which one is wrong, and what to do", () => {
    expect(() => validateEntry({ ...good, metadata: { a: { b: [1, NaN] } } }, 3)).toThrow(
      expect.objectContaining({
        code: "invalid-entry",
        id: "a",
        message: 'Entry "a": metadata.a.b[1] must be a finite number, not NaN.',
      }),
    );
  });

  it("of another dimension than the room's say both", () => {
    expect(() => validateEntry(good, 4)).toThrow(
      expect.objectContaining({ code: "dimension-mismatch", expected: 4, actual: 3 }),
    );
  });
});

describe("ids", () => {
  it.each([
    ["the empty string", "", "must not be empty"],
    ["a number", 7, "must be a string, not number"],
    ["null", null, "not null"],
    ["half a surrogate pair", "a\ud800", "well-formed"],
    ["513 bytes in ASCII", "a".repeat(513), "512 bytes"],
    ["513 bytes in 171 characters", "€".repeat(171), "512 bytes"],
  ])("refuse %s", (_name, id, words) => {
    expect(() => validateId(id)).toThrow(
      expect.objectContaining({ code: "invalid-entry", message: expect.stringContaining(words) }),
    );
  });

  it.each(["a", " ", "\ufeffa", "😀", "a".repeat(512), "€".repeat(170), "__proto__"])("accept %j", (id) => {
    expect(idFault(id)).toBeUndefined();
  });
});

describe("vectors", () => {
  it.each([
    ["an array", [1, 2, 3], "Float32Array"],
    ["a Float64Array", Float64Array.of(1), "Float32Array"],
    ["undefined", undefined, "Float32Array"],
    ["no component", new Float32Array(), "1 to 65536"],
    ["65,537 components", new Float32Array(65_537), "1 to 65536"],
    ["NaN", Float32Array.of(0, NaN), "component 1 is NaN"],
    ["infinity", Float32Array.of(-Infinity), "component 0 is -Infinity"],
  ])("refuse %s", (_name, value, words) => {
    expect(() => validateVector(value, undefined, "a")).toThrow(
      expect.objectContaining({ code: "invalid-entry", id: "a", message: expect.stringContaining(words) }),
    );
  });
});

class Note {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

describe("metadata", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const shared = Array.from({ length: 31 }).reduce<object>((inner) => ({ a: inner, b: inner }), {});
  const sparse = [1, 2];
  sparse.length = 3;
  const disguised = Object.assign([1, 2], { extra: 1 });
  disguised.length = 3;

  it.each([
    ["null", null, "plain object, not null"],
    ["an array", [], "plain object, not an array"],
    ["text", "{}", "plain object, not string"],
    ["a Date", new Date(0), "plain object, not a Date"],
    ["a Map", new Map(), "plain object, not a Map"],
    ["a class instance", new Note("x"), "plain object"],
    ["undefined inside", { a: undefined }, "metadata.a must be a JSON value, not undefined"],
    ["a function", { a: () => 1 }, "not function"],
    ["a BigInt", { a: 1n }, "not bigint"],
    ["a symbol", { a: Symbol("a") }, "not symbol"],
    ["NaN", { a: NaN }, "metadata.a must be a finite number"],
    ["infinity", { a: [Infinity] }, "metadata.a[0] must be a finite number"],
    ["a Date inside", { a: new Date(0) }, "metadata.a must be a plain object or array, not a Date"],
    ["a boxed number", { a: Object(1) as unknown }, "not a Number"],
    ["a typed array", { a: new Uint8Array(1) }, "not a Uint8Array"],
    ["a cycle", cycle, "at most 32 levels"],
    ["33 levels", nested(33), "at most 32 levels"],
    ["two to the 32nd nodes in 32 shared objects", shared, "65536 bytes"],
    ["a sparse array", { a: sparse }, "without holes"],
    ["a hole hidden behind another key", { a: disguised }, "without holes"],
    ["an array with a property", { a: Object.assign([1], { b: 2 }) }, "without holes"],
    ["a symbol key", { [Symbol("a")]: 1 }, "symbol keys"],
    ["a __proto__ key", JSON.parse('{"__proto__":1}') as object, "no key __proto__"],
    [
      "a __proto__ key inside",
      JSON.parse('{"a":[{"__proto__":1}]}') as object,
      "metadata.a[0] must have no key __proto__",
    ],
    ["64 KiB and a byte", { a: "x".repeat(65_536 - 7) }, "65536 bytes"],
    ["64 KiB and more in short text", { a: "€".repeat(21_850) }, "65536 bytes"],
  ])("refuses %s", (_name, value, words) => {
    expect(metadataFault(value)).toContain(words);
  });

  it.each([
    ["nothing", {}],
    ["32 levels", nested(32)],
    ["64 KiB", { a: "x".repeat(65_536 - 8) }],
    ["an object without prototype", Object.assign(Object.create(null) as object, { a: 1 })],
    ["empty arrays", { a: [], b: [[]] }],
    ["half a surrogate pair in a value, which JSON escapes", { a: "\ud800" }],
    ["keys that shadow Object's", { constructor: 1, toString: "x", hasOwnProperty: null }],
  ])("accepts %s", (_name, value) => {
    expect(metadataFault(value)).toBeUndefined();
  });

  it("accepted comes back from JSON as it was (S9)", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (value) => {
        if (metadataFault(value) !== undefined) return;
        const text = JSON.stringify(value);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
