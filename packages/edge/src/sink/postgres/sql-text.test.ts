import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { componentsText, fromSqlText, toSqlJson, toSqlText } from "./sql-text.ts";
import type { JsonObject } from "@vecmesh/sdk";

/** Texts with much of what PostgreSQL does not hold, and of what stands for it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("\0", "\uffff", "\ud800", "\udc00", "\udfff", "0", "f", "d800", "\\u0000"),
      fc.string({ unit: "binary" }),
    ),
  )
  .map((parts) => parts.join(""));

function unescaped(value: unknown): unknown {
  if (typeof value === "string") return fromSqlText(value);
  if (Array.isArray(value)) return value.map(unescaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [fromSqlText(key), unescaped(child)]));
}

const unfit = /\0|\p{Surrogate}/u;

describe("what is written into PostgreSQL", () => {
  test("of any text it holds every character, and gives the text back", () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(toSqlText(given)).not.toMatch(unfit);
        expect(fromSqlText(toSqlText(given))).toBe(given);
      }),
    );
  });

  test("is the text itself where that is ordinary", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (given) => {
        fc.pre(!/[\0\uffff]/.test(given));
        expect(toSqlText(given)).toBe(given);
      }),
    );
  });

  test("of any metadata is JSON that it holds, and gives it back", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        tie("list"),
        tie("object"),
      ),
      list: fc.array(tie("value"), { maxLength: 4 }),
      object: fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        tie("value"),
        { maxKeys: 4 },
      ),
    }));
    fc.assert(
      fc.property(value.object, (given) => {
        const metadata = given as JsonObject;
        const json = toSqlJson(metadata);
        // As PostgreSQL reads them: a half of a pair, or nothing, by its escape.
        expect(json.replaceAll(/\\\\/g, "")).not.toMatch(/\\u0000|\\ud[89a-f]/);
        expect(json).not.toMatch(unfit);
        expect(unescaped(JSON.parse(json))).toEqual(JSON.parse(JSON.stringify(metadata)));
      }),
    );
  });

  test("of a vector says each float32 exactly, and refuses what is no number", () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true }), (vector) => {
        const texts = vector.length === 0 ? [] : componentsText(vector).split(",");
        expect(Float32Array.from(texts, Number)).toEqual(vector);
        expect(texts.map((component) => Object.is(Number(component), -0))).toEqual(
          [...vector].map((component) => Object.is(component, -0)),
        );
      }),
    );
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(() => componentsText(Float32Array.of(1, bad))).toThrow(/component/);
  });
});
