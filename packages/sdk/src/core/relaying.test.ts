import { describe, expect, it } from "vitest";
import { chain, full, meshRoom, ring, ROUTES_KNOWN_MS } from "./mesh-room.fixture.ts";
import { RELAYED_COMPARISON_MS } from "./anti-entropy.ts";
import type { Site } from "./replica-lab.fixture.ts";
import { dropping } from "./room.fixture.ts";

const pushesOf = (sites: readonly Site[]): number => sites.reduce((sum, site) => sum + site.sentOf("push").length, 0);
const forget = (sites: readonly Site[]): void => {
  for (const site of sites) site.sent.length = 0;
};

describe("a live write in a mesh that is not full (T7)", () => {
  it("reaches everybody by pushes alone, each at its cost of one", () => {
    const { lab, sites, site } = meshRoom(9, [1, 2, 3], [...chain(9)]);
    for (const writer of [1, 5, 9]) {
      forget(sites);
      site(writer).write(`from ${writer}`);
      lab.settle();
      expect(sites.every((other) => other.ids().includes(`from ${writer}`))).toBe(true);
      expect(pushesOf(sites)).toBe(8);
    }
    lab.pass(3 * RELAYED_COMPARISON_MS);
    expect(sites.flatMap((other) => other.sentOf("batch"))).toEqual([]);
  });

  it("takes a tree through a mesh with circles, and the writer's own connections", () => {
    const { lab, sites, site } = meshRoom(9, [1, 2, 3], [...ring(9), [1, 5], [2, 7], [3, 8]]);
    site(6).write("x");
    lab.settle();
    expect(sites.every((other) => other.ids().includes("x"))).toBe(true);
    // At most once more for each neighbour of the writer, to whom the tree brings it too.
    expect(pushesOf(sites)).toBeLessThanOrEqual(8 + 2);
    lab.pass(3 * RELAYED_COMPARISON_MS);
    expect(sites.flatMap((other) => other.sentOf("batch"))).toEqual([]);
  });

  it("is passed on by nobody where all are connected to all", () => {
    const { lab, sites, site } = meshRoom(6, [1, 2, 3], full(6));
    site(4).write("x");
    lab.settle();
    expect(sites.every((other) => other.ids().includes("x"))).toBe(true);
    expect(pushesOf(sites)).toBe(5);
    expect(sites.flatMap((other) => other.sentOf("neighbours")).every(({ routes }) => routes.size === 0)).toBe(true);
  });

  it("is passed on once where one pair cannot connect", () => {
    const { lab, sites, site } = meshRoom(
      6,
      [1, 2, 3],
      full(6).filter(([a, b]) => a !== 4 || b !== 5),
    );
    site(4).write("x");
    lab.settle();
    expect(site(5).ids()).toEqual(["x"]);
    expect(pushesOf(sites)).toBe(5);
  });

  it("leaves a relay after its commit, not before (S7)", () => {
    const { lab, site } = meshRoom(3, [1], chain(3));
    site(2).holdsCommits = true;
    site(1).write("x");
    lab.settle();
    expect(site(2).sentOf("push")).toEqual([]);
    site(2).commit();
    lab.settle();
    expect(site(2).sentOf("push")).toMatchObject([{ relayed: true, ack: undefined }]);
  });

  it("is passed on with its origin, dot and content, and only where it was new (S9)", () => {
    const { lab, site } = meshRoom(3, [1], chain(3));
    site(1).write("x");
    lab.settle();
    const [first] = site(1).sentOf("push");
    expect(
      site(2)
        .sentOf("push")
        .map(({ versions }) => versions),
    ).toEqual([first!.versions]);
    site(2).receive(site(2).link(site(1)), first!);
    lab.settle();
    expect(site(2).sentOf("push")).toHaveLength(1);
  });

  it("finds another way as soon as a connection of the tree breaks", () => {
    const { lab, sites, site } = meshRoom(6, [1], ring(6));
    lab.cut(site(2), site(3));
    lab.pass(ROUTES_KNOWN_MS);
    forget(sites);
    site(1).write("x");
    lab.settle();
    expect(sites.every((other) => other.ids().includes("x"))).toBe(true);
    expect(pushesOf(sites)).toBe(5);
  });

  it("that was lost on the way is brought by sessions, to all behind", () => {
    const { lab, sites, site } = meshRoom(6, [1, 2], chain(6));
    lab.drops = dropping("push");
    site(1).write("x");
    lab.settle();
    expect(site(2).ids()).toEqual([]);
    lab.drops = () => false;
    lab.pass(8 * RELAYED_COMPARISON_MS + 2 * 5000);
    expect(sites.every((other) => other.ids().includes("x"))).toBe(true);
  });

  it("goes by the digests of neighbours where no voter can be reached", () => {
    const { lab, sites, site } = meshRoom(
      5,
      [1],
      [
        [2, 3],
        [3, 4],
        [4, 5],
      ],
    );
    site(2).write("x");
    lab.pass(1000);
    expect(sites.slice(1).every((other) => other.ids().includes("x"))).toBe(true);
  });

  it("costs nothing while nobody writes", () => {
    const { lab, sites } = meshRoom(9, [1, 2, 3], [...ring(9), [1, 5], [2, 7]]);
    lab.pass(60_000);
    forget(sites);
    lab.pass(9 * 60_000);
    expect(
      sites.flatMap((site) => site.sent.map(({ type }) => type)).filter((type) => !type.startsWith("repair")),
    ).toEqual([]);
  });
});
