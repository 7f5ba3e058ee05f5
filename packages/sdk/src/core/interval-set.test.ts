import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  addInterval,
  hasInteger,
  hasInterval,
  intersectIntervals,
  isIntervalSet,
  isSubset,
  subtractIntervals,
  uniteIntervals,
} from "./interval-set.ts";
import { intervalsOf, memberSets } from "./causality.fixture.ts";

const range = fc
  .tuple(fc.integer({ min: 1, max: 26 }), fc.nat(6))
  .map(([from, length]) => [from, from + length] as const);

function integers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

describe("an interval set does what a set of integers does", () => {
  it("holds exactly its members, in the one shape that the type allows", () => {
    fc.assert(
      fc.property(memberSets, (members) => {
        const set = intervalsOf(members);
        expect(isIntervalSet(set)).toBe(true);
        for (let value = 0; value <= 26; value++) expect(hasInteger(set, value)).toBe(members.has(value));
      }),
    );
  });

  it("adds a range", () => {
    fc.assert(
      fc.property(memberSets, range, (members, [from, to]) => {
        const added = addInterval(intervalsOf(members), from, to);
        expect(added).toEqual(intervalsOf([...members, ...integers(from, to)]));
      }),
    );
  });

  it("says of a range whether all of it is there", () => {
    fc.assert(
      fc.property(memberSets, range, (members, [from, to]) => {
        expect(hasInterval(intervalsOf(members), from, to)).toBe(
          integers(from, to).every((value) => members.has(value)),
        );
      }),
    );
  });

  it("unites, intersects, subtracts and compares", () => {
    fc.assert(
      fc.property(memberSets, memberSets, (a, b) => {
        const [setA, setB] = [intervalsOf(a), intervalsOf(b)];
        expect(uniteIntervals(setA, setB)).toEqual(intervalsOf([...a, ...b]));
        expect(intersectIntervals(setA, setB)).toEqual(intervalsOf([...a].filter((value) => b.has(value))));
        expect(subtractIntervals(setA, setB)).toEqual(intervalsOf([...a].filter((value) => !b.has(value))));
        expect(isSubset(setA, setB)).toBe([...a].every((value) => b.has(value)));
      }),
    );
  });

  it("gives back its argument where nothing changes, so that identity tells change", () => {
    fc.assert(
      fc.property(memberSets, memberSets, (a, b) => {
        const whole = intervalsOf([...a, ...b, 1]);
        expect(uniteIntervals(whole, intervalsOf(b))).toBe(whole);
        expect(addInterval(whole, 1, 1)).toBe(whole);
      }),
    );
  });

  it("reaches to the greatest seq there is", () => {
    const top = Number.MAX_SAFE_INTEGER;
    const all = addInterval([], 1, top);
    expect(addInterval(addInterval([], top, top), 1, top - 1)).toEqual(all);
    expect(subtractIntervals(all, [5, top])).toEqual([1, 4]);
    expect(isIntervalSet(all)).toBe(true);
  });
});

describe("what is no interval set", () => {
  it.each([
    ["odd", [1]],
    ["below 1", [0, 3]],
    ["backwards", [4, 3]],
    ["neighbours that are one", [1, 2, 3, 4]],
    ["out of order", [5, 6, 1, 2]],
    ["over 2^53", [1, 2 ** 53]],
    ["broken", [1, 1.5]],
  ])("%s", (_name, set) => {
    expect(isIntervalSet(set)).toBe(false);
  });
});
