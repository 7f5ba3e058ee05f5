import { describe, expect, it } from "vitest";
import { chain, full, meshRoom, ring, ROUTES_KNOWN_MS } from "./mesh-room.fixture.ts";
import { EPHEMERAL_BYTES_BROUGHT, MAX_EPHEMERAL_NAMES } from "./ephemeral-messages.ts";
import type { Ephemeral } from "./messages.ts";
import { MAX_EPHEMERAL_BYTES } from "./codec/limits.ts";
import { nodeOf } from "./replica-state.fixture.ts";
import type { Site } from "./replica-lab.fixture.ts";

type Room = ReturnType<typeof meshRoom>;

/** A room in which these sites, or all, have opened channels. */
function talkingRoom(size: number, connections: readonly (readonly [number, number])[], voters = [1, 2, 3]): Room {
  const room = meshRoom(size, voters, connections);
  for (const site of room.sites) site.handle({ type: "open-channels" });
  room.lab.settle();
  forget(room.sites);
  return room;
}

function forget(sites: readonly Site[]): void {
  for (const site of sites) {
    site.sent.length = 0;
    site.heard.length = 0;
  }
}

const say = (site: Site, text: string, to?: Site): void =>
  site.handle({ type: "say", channel: "c", bytes: new TextEncoder().encode(text), to: to?.nodeId });
const textsHeard = (site: Site): string[] =>
  site.heard.flatMap((event) => (event.type === "message" ? [new TextDecoder().decode(event.bytes)] : []));
const told = (site: Site, type: "joined" | "left" | "parted"): string[] =>
  site.heard.flatMap((event) => (event.type === type ? [event.nodeId] : []));
const sends = (sites: readonly Site[]): number => sites.flatMap((site) => site.sentOf("ephemeral")).length;

describe("an ephemeral message (T12)", () => {
  it.each([
    ["in a full mesh, with nobody passing it on", full(6), 5],
    ["along a chain, at its cost of one", chain(9), 8],
  ] as const)("reaches everybody once %s", (_name, connections, cost) => {
    const { lab, sites, site } = talkingRoom(Math.max(...connections.flat()), connections);
    say(site(4), "hello");
    lab.settle();
    for (const other of sites) expect(textsHeard(other)).toEqual(other === site(4) ? [] : ["hello"]);
    expect(sends(sites)).toBe(cost);
    expect(site(1).heard).toMatchObject([{ type: "message", from: nodeOf(4), channel: "c" }]);
  });

  it("reaches everybody once through a mesh with circles, also where no voter can be reached", () => {
    for (const voters of [[1, 2, 3], [20]]) {
      const { lab, sites, site } = talkingRoom(9, [...ring(9), [1, 5], [2, 7], [3, 8]], voters);
      say(site(6), "hello");
      lab.settle();
      for (const other of sites) expect(textsHeard(other)).toEqual(other === site(6) ? [] : ["hello"]);
    }
  });

  it("goes no further than 16 connections, and to one neighbour alone where it is addressed", () => {
    const { lab, sites, site } = talkingRoom(20, chain(20));
    say(site(1), "far");
    lab.settle();
    expect(sites.filter((other) => textsHeard(other).length > 0)).toHaveLength(16);
    forget(sites);
    say(site(5), "psst", site(6));
    say(site(5), "nobody", site(9));
    lab.settle();
    expect(sites.filter((other) => textsHeard(other).length > 0)).toEqual([site(6)]);
    expect(sends(sites)).toBe(1);
  });

  it("goes around replicas that know no such messages, which are told nothing but an answer that they drop", () => {
    const { lab, sites, site } = meshRoom(5, [1, 2, 3], [...chain(3), [1, 4], [4, 3], [3, 5]]);
    // As of an older build: it hears of the announcement, and says nothing.
    lab.drops = (from, _to, message) => from === site(2) && message.type === "reconfigured";
    for (const other of sites) if (other !== site(2)) other.handle({ type: "open-channels" });
    lab.settle();
    forget(sites);
    say(site(1), "hello");
    lab.settle();
    expect(sites.map((other) => textsHeard(other).length)).toEqual([0, 0, 1, 1, 1]);
    expect(site(2).closed).toEqual([]);
    expect(site(2).ends.size).toBe(2);
  });

  it("is passed on by who has opened no channel, and says nothing of it there", () => {
    const { lab, sites, site } = meshRoom(3, [1, 2, 3], chain(3));
    for (const n of [1, 3]) site(n).handle({ type: "open-channels" });
    lab.settle();
    forget(sites);
    say(site(1), "hello");
    lab.settle();
    expect(textsHeard(site(3))).toEqual(["hello"]);
    expect(site(2).heard).toEqual([]);
  });

  it("costs a room that opens no channel not a byte", () => {
    const { lab, sites } = meshRoom(4, [1, 2, 3], full(4));
    lab.pass(ROUTES_KNOWN_MS);
    expect(sites.flatMap((site) => [...site.sentOf("reconfigured"), ...site.sentOf("ephemeral")])).toEqual([]);
  });

  it("is dropped beyond what a neighbour may bring, which comes again with time", () => {
    const { lab, site } = talkingRoom(2, [[1, 2]]);
    const flood = (): void => {
      for (let i = 0; i < 2 * (EPHEMERAL_BYTES_BROUGHT.atOnce / MAX_EPHEMERAL_BYTES); i++)
        site(1).handle({ type: "say", channel: "c", bytes: new Uint8Array(MAX_EPHEMERAL_BYTES), to: undefined });
      lab.settle();
    };
    flood();
    const first = textsHeard(site(2)).length;
    expect(first).toBeLessThanOrEqual(EPHEMERAL_BYTES_BROUGHT.atOnce / MAX_EPHEMERAL_BYTES);
    expect(first).toBeGreaterThan(50);
    lab.pass(1000);
    flood();
    expect(textsHeard(site(2)).length).toBeGreaterThan(first);
  });

  it("is taken once, however often it comes, and of names no more are kept than so many", () => {
    const { lab, site } = talkingRoom(3, full(3));
    const link = site(2).link(site(1));
    const message = (seq: number): Ephemeral => ({
      type: "ephemeral",
      origin: nodeOf(1),
      opening: "00".repeat(8),
      seq,
      reach: 0,
      channel: "c",
      bytes: new Uint8Array(),
    });
    for (let again = 0; again < 3; again++) site(2).receive(link, message(1));
    expect(textsHeard(site(2))).toHaveLength(1);
    for (let seq = 2; seq <= MAX_EPHEMERAL_NAMES + 1; seq++) {
      if (seq % 1000 === 0) lab.pass(1000);
      site(2).receive(link, message(seq));
    }
    site(2).receive(link, message(MAX_EPHEMERAL_NAMES + 1));
    expect(textsHeard(site(2))).toHaveLength(MAX_EPHEMERAL_NAMES + 1);
    site(2).receive(link, message(1));
    expect(textsHeard(site(2))).toHaveLength(MAX_EPHEMERAL_NAMES + 2);
  });
});

describe("who takes ephemeral messages (T12)", () => {
  it("is told of when it joins, and of who was heard when it has gone from all neighbours", () => {
    const { lab, sites, site } = meshRoom(4, [1, 2, 3], full(4));
    for (const other of sites) other.handle({ type: "open-channels" });
    lab.settle();
    expect(told(site(1), "joined").toSorted()).toEqual([2, 3, 4].map((n) => nodeOf(n)));
    say(site(4), "here");
    lab.settle();
    lab.cut(site(1), site(4));
    lab.pass(ROUTES_KNOWN_MS);
    expect([told(site(1), "parted"), told(site(1), "left")]).toEqual([[nodeOf(4)], []]);
    for (const n of [2, 3]) lab.cut(site(n), site(4));
    lab.pass(ROUTES_KNOWN_MS);
    for (const n of [1, 2, 3]) expect(told(site(n), "left")).toEqual([nodeOf(4)]);
  });
});
