import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { conflictResolutionName, custom, lastWriteWins, project, vectorClock } from "./conflict-resolution.ts";
import { deliveries, dotOf, joinAll, versionOf } from "./causality.fixture.ts";
import { compareHlc } from "./hybrid-logical-clock.ts";
import { dotKey } from "./dot.ts";

/** Neither commutative nor associative: the result spells the order in which it saw the siblings. */
const spelling = custom<{ readonly text: string }>(
  (siblings) => ({
    vector: siblings[0]!.vector,
    metadata: { text: siblings.map((sibling) => dotKey(sibling.dot)).join(" - ") },
  }),
  { version: "1" },
);

describe("a projection of siblings", () => {
  it("is the same whatever the order in which they came, also by a non-commutative resolver (C6)", () => {
    fc.assert(
      fc.property(deliveries, ([one, other]) => {
        const [here, there] = [joinAll(one), joinAll(other)];
        for (const resolution of [lastWriteWins(), vectorClock()])
          expect(project(here, resolution)).toEqual(project(there, resolution));
        expect(project(here, spelling)).toEqual(project(there, spelling));
        expect(project([...here].reverse(), spelling)).toEqual(project(here, spelling));
      }),
    );
  });

  it("shows an id while any live sibling exists; a tombstone never competes (C6)", () => {
    fc.assert(
      fc.property(deliveries, ([versions]) => {
        const siblings = joinAll(versions);
        const live = siblings.filter((version) => !version.tombstone);
        const shown = project(siblings, lastWriteWins());
        expect(shown !== undefined).toBe(live.length > 0);
        expect(shown).toEqual(project(live, lastWriteWins()));
        expect(shown?.dots.length ?? 0).toBe(live.length);
      }),
    );
  });

  it("by last write wins is the greatest stamp, then origin, then seq (C6)", () => {
    const write = (origin: number, seq: number, counter: number) =>
      versionOf({ dot: dotOf(origin, seq), hlc: { wallMs: 5, counter }, metadata: { from: `${origin}.${seq}` } });
    const shows = (...siblings: ReturnType<typeof write>[]) => project(siblings, lastWriteWins())?.metadata;
    expect(shows(write(1, 1, 9), write(2, 1, 3))).toEqual({ from: "1.1" });
    expect(shows(write(1, 7, 3), write(2, 1, 3))).toEqual({ from: "2.1" });
    expect(shows(write(1, 7, 3), write(1, 2, 3))).toEqual({ from: "1.7" });
  });

  it("by vector clock shows the same winner and keeps the others as conflicts", () => {
    fc.assert(
      fc.property(deliveries, ([versions]) => {
        const siblings = joinAll(versions);
        const [byClock, byTime] = [project(siblings, vectorClock()), project(siblings, lastWriteWins())];
        expect(byClock?.metadata).toEqual(byTime?.metadata);
        const live = siblings.filter((version) => !version.tombstone);
        expect(byClock?.conflicts.length ?? 0).toBe(Math.max(0, live.length - 1));
        const newest = Math.max(0, ...live.map((version) => version.hlc.wallMs));
        expect(byClock?.timestamp ?? 0).toBe(newest);
        for (const version of live) expect(compareHlc(version.hlc, { wallMs: newest, counter: 1e6 })).toBeLessThan(0);
      }),
    );
  });

  it("does not call the resolver for one sibling, and calls it with the live ones sorted by dot for several (C6)", () => {
    const calls: string[][] = [];
    const spy = custom(
      (siblings) => {
        calls.push(siblings.map((sibling) => dotKey(sibling.dot)));
        return siblings[0]!;
      },
      { version: "1" },
    );
    const [a, b, gone] = [
      versionOf({ dot: dotOf(2, 1) }),
      versionOf({ dot: dotOf(1, 4) }),
      versionOf({ dot: dotOf(0, 1), tombstone: true }),
    ];
    project([a, gone], spy);
    expect(calls).toEqual([]);
    project([a, gone, b], spy);
    expect(calls).toEqual([[dotKey(b.dot), dotKey(a.dot)]]);
  });

  it("is named with its resolver's version, as a fact of the room", () => {
    expect(conflictResolutionName(spelling)).toBe("custom:1");
    expect(conflictResolutionName(vectorClock())).toBe("vector-clock");
    expect(conflictResolutionName(lastWriteWins())).toBe("last-write-wins");
  });
});
