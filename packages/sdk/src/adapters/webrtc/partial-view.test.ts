import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { PartialView } from "./partial-view.ts";

const nodeId = (i: number): NodeId => i.toString(16).padStart(32, "0") as NodeId;
const MINUTE = 60_000;

/** Small numbers in a row that look random (Park and Miller 1988). */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let i = 0; i < 3; i++) next();
  return next;
}

function viewOf(roomSize: number, links = 0, seed = 1): PartialView {
  const view = new PartialView({ maxPeers: 12, random: randomFrom(seed) });
  view.roomSize = roomSize;
  for (let i = 1; i <= links; i++) view.linked(nodeId(i), 0);
  return view;
}

describe("partial view (T7)", () => {
  it("links everybody to everybody up to maxPeers others, and lets nobody go", () => {
    const view = viewOf(13);
    for (let i = 1; i <= 12; i++) {
      expect(view.wants(nodeId(i), 11, 0)).toBe(true);
      expect(view.linked(nodeId(i), 0)).toBe(undefined);
    }
    expect(view.isPartial).toBe(false);
    view.roomSize = 14;
    expect(view.isPartial).toBe(true);
  });

  it("seeks two thirds of maxPeers in a larger room, attempts included", () => {
    const view = viewOf(100, 5);
    expect(view.lacks(0)).toBe(3);
    expect(view.lacks(2)).toBe(1);
    expect(view.lacks(4)).toBe(0);
    expect([0, 2, 4].map((attempts) => view.asks(attempts))).toEqual([2, 1, 0]);
    expect([view.wants(nodeId(50), 2, 0), view.wants(nodeId(50), 3, 0)]).toEqual([true, false]);
  });

  it("gives whoever asks a link, at the expense of a random other one beyond maxPeers", () => {
    const losers = new Set<NodeId>();
    for (let seed = 0; seed < 200; seed++) {
      const view = viewOf(100, 12, seed);
      expect(view.accepts(nodeId(50), 0)).toBe(true);
      const loser = view.linked(nodeId(50), 0);
      if (loser !== undefined) losers.add(loser);
      expect(view.lacks(0)).toBe(0);
    }
    expect([...losers].toSorted()).toEqual(Array.from({ length: 12 }, (_, i) => nodeId(i + 1)));
  });

  it("has two that parted by choice stay apart for a while, on both sides, and others not", () => {
    const view = viewOf(100, 12);
    const loser = view.linked(nodeId(50), 1000) as NodeId;
    view.unlinked(nodeId(50), true, 1000);
    view.unlinked(nodeId(loser === nodeId(1) ? 2 : 1), false, 1000);
    for (const parted of [loser, nodeId(50)]) {
      expect([1000, 1000 + MINUTE].map((now) => view.accepts(parted, now))).toEqual([false, true]);
      expect(view.wants(parted, 0, 1000)).toBe(false);
    }
    expect(view.accepts(nodeId(loser === nodeId(1) ? 2 : 1), 1000)).toBe(true);
  });

  it("wants preferred nodes beyond maxPeers, counts them apart, and never lets them go", () => {
    const view = viewOf(100, 12);
    const voters = new Set([90, 91, 92].map(nodeId));
    expect(view.prefer(voters, 0)).toEqual([]);
    expect(view.missing).toEqual([...voters]);
    for (const voter of voters) {
      expect(view.wants(voter, 40, 0)).toBe(true);
      expect(view.linked(voter, 0)).toBe(undefined);
    }
    expect(view.missing).toEqual([]);
    for (let i = 20; i < 80; i++) expect(voters.has(view.linked(nodeId(i), 0) as NodeId)).toBe(false);
    expect(view.prefer(new Set(), 0).length).toBe(3);
  });

  it("exchanges a link for another, in due time and only where none is lacking", () => {
    const view = viewOf(100, 9);
    expect(view.exchange(0)).toBe(true);
    expect(view.linked(nodeId(50), 1000)).not.toBe(undefined);
    expect(view.linked(nodeId(51), 1000)).toBe(undefined);
    expect(view.exchange(2000)).toBe(true);
    expect(view.linked(nodeId(52), 2000 + MINUTE)).toBe(undefined);
    expect(viewOf(100, 7).exchange(0)).toBe(false);
    expect(viewOf(10, 9).exchange(0)).toBe(false);
  });

  it("heeds what is said to all with the probability that makes some eight answers, and always from preferred ones", () => {
    const view = viewOf(1000, 8);
    let heeded = 0;
    for (let i = 0; i < 100_000; i++) if (view.heeds(nodeId(i))) heeded++;
    expect(Math.abs(heeded / 100 - 8)).toBeLessThan(1);
    view.prefer(new Set([nodeId(5)]), 0);
    expect(view.heeds(nodeId(5))).toBe(true);
    expect(viewOf(5).heeds(nodeId(5))).toBe(true);
  });

  it("chooses so many at random, each once", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat()), fc.nat(20), fc.nat(), (candidates, count, seed) => {
        const chosen = viewOf(100, 0, seed).choose(candidates, count);
        expect(new Set(chosen).size).toBe(Math.min(count, candidates.length));
        expect(candidates).toEqual(expect.arrayContaining(chosen));
      }),
    );
  });
});
