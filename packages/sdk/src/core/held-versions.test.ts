import { describe, expect, it } from "vitest";
import { compareDots } from "./dot.ts";
import { deliveries, dotOf, joinAll } from "./causality.fixture.ts";
import { DotSum } from "./store-sums.ts";
import fc from "fast-check";
import { HeldVersions, type IndexedVersion } from "./held-versions.ts";
import { isVisible } from "./siblings.ts";
import type { StoredVersion } from "./version.ts";

const indexed = (version: StoredVersion): IndexedVersion => ({ ...version, revision: 1, hash: version.dot.seq });

/** All that it says of itself. */
function shownBy(versions: HeldVersions): Record<string, unknown> {
  return {
    dots: versions
      .list()
      .slice(0, versions.size)
      .map(({ dot }) => dot),
    sum: versions.sum,
    visible: versions.visibleCount,
    withTombstone: [...versions.idsWithTombstone()].sort(),
    ids: [...versions.all()].map(([id]) => id).sort(),
  };
}

describe("HeldVersions", () => {
  it("holds the join of what is added, whatever the order (C5), and says the same of it", () => {
    fc.assert(
      fc.property(deliveries, ([one, other]) => {
        const [first, second] = [new HeldVersions(), new HeldVersions()];
        for (const version of one) first.add(indexed(version));
        for (const version of other) second.add(indexed(version));
        expect(shownBy(first)).toEqual(shownBy(second));
        const joined = [...joinAll(one)].sort((a, b) => compareDots(a.dot, b.dot));
        const sum = new DotSum();
        for (const { dot } of joined) sum.toggle(dot);
        expect(shownBy(first)).toEqual({
          dots: joined.map(({ dot }) => dot),
          sum: sum.value,
          visible: Number(isVisible(joined)),
          withTombstone: joined.some(({ tombstone }) => tombstone) ? ["x"] : [],
          ids: ["x"],
        });
        for (let seq = 1; seq < 40; seq++)
          expect(first.holds(dotOf(1, seq))).toBe(joined.some(({ dot }) => compareDots(dot, dotOf(1, seq)) === 0));
        first.setSiblings("x", []);
        expect(shownBy(first)).toEqual(shownBy(new HeldVersions()));
      }),
    );
  });
});
