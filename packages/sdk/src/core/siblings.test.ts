import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { contextOver, joinSiblings } from "./siblings.ts";
import { deliveries, dotOf, histories, joinAll, originOf, versionOf } from "./causality.fixture.ts";
import { compareDots } from "./dot.ts";
import { isDominated, type StoredVersion } from "./version.ts";

const sorted = (versions: readonly StoredVersion[]): StoredVersion[] =>
  [...versions].sort((a, b) => compareDots(a.dot, b.dot));

describe("the join of siblings (C5)", () => {
  it("is the same in every order of arrival, repeats included", () => {
    fc.assert(
      fc.property(deliveries, ([one, other]) => {
        expect(sorted(joinAll(one))).toEqual(sorted(joinAll(other)));
      }),
      { numRuns: 300 },
    );
  });

  it("is associative: parts joined first give the same as one by one", () => {
    fc.assert(
      fc.property(deliveries, fc.nat(), ([versions], cut) => {
        const at = cut % versions.length;
        const [left, right] = [joinAll(versions.slice(0, at)), joinAll(versions.slice(at))];
        expect(sorted(joinAll(right, left))).toEqual(sorted(joinAll(left, right)));
        expect(sorted(joinAll(right, left))).toEqual(sorted(joinAll(versions)));
      }),
    );
  });

  it("is idempotent and gives back what nothing changes", () => {
    fc.assert(
      fc.property(deliveries, ([versions]) => {
        const siblings = joinAll(versions);
        for (const version of versions) expect(joinSiblings(siblings, version)).toBe(siblings);
      }),
    );
  });

  it("keeps exactly the versions that none dominates", () => {
    fc.assert(
      fc.property(histories, (made) => {
        const undominated = made.filter((version) => !made.some((other) => isDominated(version, other)));
        expect(sorted(joinAll(made))).toEqual(sorted(undominated));
      }),
    );
  });
});

describe("domination", () => {
  it("needs that the writer had seen all that the other's writer had seen, not its dot alone (C4)", () => {
    const first = versionOf({ dot: dotOf(1, 1) });
    const second = versionOf({ dot: dotOf(2, 1), context: new Map([[originOf(1), 1]]) });
    // Its writer learnt of the dot, and of nothing that came before it.
    const partial = versionOf({ dot: dotOf(3, 1), context: new Map([[originOf(2), 1]]) });
    expect(isDominated(first, second)).toBe(true);
    expect(isDominated(second, partial)).toBe(false);
    for (const order of [
      [first, second, partial],
      [partial, first, second],
      [second, partial, first],
    ])
      expect(sorted(joinAll(order))).toEqual([second, partial]);
  });

  it("of a local write takes in everything held, contexts too (C7)", () => {
    fc.assert(
      fc.property(deliveries, fc.nat(), ([versions], count) => {
        const siblings = joinAll(versions.slice(0, count % versions.length));
        const write = versionOf({ dot: dotOf(9, 1), context: contextOver(siblings) });
        for (const sibling of siblings) expect(isDominated(sibling, write)).toBe(true);
        expect(joinSiblings(siblings, write)).toEqual([write]);
        // Also what the siblings had replaced before them.
        for (const version of versions.slice(0, count % versions.length))
          expect(joinSiblings([write], version)).toEqual([write]);
      }),
    );
  });

  it("never comes back: what a write has replaced stays replaced by what replaces it (P3)", () => {
    fc.assert(
      fc.property(deliveries, ([versions]) => {
        const tombstone = versionOf({ dot: dotOf(9, 1), context: contextOver(joinAll(versions)), tombstone: true });
        const after = versionOf({ dot: dotOf(8, 1), context: contextOver([tombstone]) });
        for (const version of versions) expect(joinSiblings([after], version)).toEqual([after]);
      }),
    );
  });
});
