import { describe, expect, it } from "vitest";
import fc, { type Arbitrary } from "fast-check";
import { dots, originOf } from "./causality.fixture.ts";
import { EMPTY_VERSION_VECTOR, includesDot, isWithin, mergeVectors, type VersionVector } from "./version-vector.ts";

const vectors: Arbitrary<VersionVector> = fc
  .array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 6 })), { maxLength: 5 })
  .map((entries) => new Map(entries.map(([n, seq]) => [originOf(n), seq])));

describe("a version vector (C4)", () => {
  it("merges to the least vector that both are within", () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, other) => {
        const merged = mergeVectors([a, b]);
        expect(isWithin(a, merged) && isWithin(b, merged)).toBe(true);
        if (isWithin(a, other) && isWithin(b, other)) expect(isWithin(merged, other)).toBe(true);
        expect(mergeVectors([b, a])).toEqual(new Map(merged));
        expect(mergeVectors([mergeVectors([a, b]), other])).toEqual(mergeVectors([a, mergeVectors([b, other])]));
        expect(mergeVectors([a, a])).toEqual(new Map(a));
      }),
    );
  });

  it("orders partially: within both ways only when equal", () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        expect(isWithin(EMPTY_VERSION_VECTOR, a) && isWithin(a, a)).toBe(true);
        if (isWithin(a, b) && isWithin(b, a)) expect(new Map(a)).toEqual(new Map(b));
        if (isWithin(a, b) && isWithin(b, c)) expect(isWithin(a, c)).toBe(true);
      }),
    );
  });

  it("includes a dot and all earlier ones of its origin", () => {
    fc.assert(
      fc.property(vectors, dots, (vector, dot) => {
        const raised = mergeVectors([vector], [dot]);
        for (let seq = 1; seq <= dot.seq; seq++) expect(includesDot(raised, { ...dot, seq })).toBe(true);
        expect(includesDot(vector, dot)).toBe((vector.get(dot.origin) ?? 0) >= dot.seq);
      }),
    );
  });
});
