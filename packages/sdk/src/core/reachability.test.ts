import { describe, expect, it } from "vitest";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import type { NodeId } from "./node-id.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import { VOTER_SWAP_MS } from "./environment.ts";

const HOUR_MS: number = 60 * 60 * 1000;
const MINUTE_MS: number = 60 * 1000;
const NIGHT_MS: number = 9 * HOUR_MS;
/** Browsers wake a tab in the background once a minute. */
const THROTTLED_MS: number = MINUTE_MS;

interface Room {
  readonly lab: Lab;
  readonly laptop: readonly Site[];
  readonly elsewhere: readonly Site[];
}

/** Voters 1 to 3 and a learner, all connected; the given ones are tabs of one laptop. */
function roomWith(onLaptop: readonly number[]): Room {
  const lab = new Lab();
  const image = { replicaSet: recordOf([1, 2, 3], { distinctDevices: false }) };
  const sites = [1, 2, 3, 4].map((n) => lab.site(n, { image }));
  for (const [i, a] of sites.entries()) for (const b of sites.slice(i + 1)) lab.connect(a, b);
  lab.pass(SYNC_INTERVAL_MS);
  const isOnLaptop = (_: Site, i: number): boolean => onLaptop.includes(i + 1);
  return { lab, laptop: sites.filter(isOnLaptop), elsewhere: sites.filter((site, i) => !isOnLaptop(site, i)) };
}

/** The laptop sleeps: its tabs see nothing happen, while the others lose sight of them. */
function sleep({ lab, laptop, elsewhere }: Room, ms: number): void {
  for (const tab of laptop) tab.freeze();
  for (const tab of laptop)
    for (const other of elsewhere) if ([...tab.ends.values()].some((end) => end.site === other)) lab.cut(tab, other);
  lab.pass(ms);
  for (const tab of laptop) tab.thaw();
}

function reconnect({ lab, laptop, elsewhere }: Room): void {
  for (const tab of laptop) for (const other of elsewhere) lab.connect(tab, other);
}

const votersOf = (site: Site): NodeId[] => site.replica.state.replicaSet.voters.map((voter) => voter.nodeId);

function sets(sites: readonly Site[]): unknown[] {
  return sites.map(({ replica: { state } }) => state.replicaSet);
}

describe("the time that a tab has slept (Q7a, Q7c)", () => {
  it.each([
    ["a majority of the voters, which could swap the others,", [1, 2, 4]],
    ["a minority, which could found a lineage of survivors,", [1, 4]],
  ])("is no time in which %s has missed anybody", (_who, onLaptop) => {
    const room = roomWith(onLaptop);
    const before = sets(room.laptop);
    sleep(room, NIGHT_MS);
    // Its connections are gone, and take a while to come back.
    room.lab.pass(VOTER_SWAP_MS / 2);
    expect(sets(room.laptop)).toEqual(before);
    reconnect(room);
    room.lab.pass(HOUR_MS);
    const [first] = room.laptop;
    for (const set of sets([...room.laptop, ...room.elsewhere])) expect(set).toEqual(before[0]);
    const op = first!.write("x", "all");
    room.lab.settle();
    expect(first!.outcomes.get(op)).toMatchObject({ receipt: { required: 3 } });
  });

  it("counts for a few seconds, however often it sleeps and how long", () => {
    const room = roomWith([1, 2, 4]);
    for (let nights = 0; nights < 10; nights++) {
      sleep(room, NIGHT_MS);
      room.lab.pass(1000);
    }
    expect(votersOf(room.laptop[0]!)).toContain(nodeOf(3));
    for (let nights = 0; nights < 10; nights++) {
      sleep(room, NIGHT_MS);
      room.lab.pass(1000);
    }
    // Some time it is swapped, also by tabs that never are awake for long.
    expect(votersOf(room.laptop[0]!)).toEqual([nodeOf(1), nodeOf(2), nodeOf(4)]);
  });

  it("is counted in small steps where tabs are only slowed down", () => {
    const room = roomWith([1, 2, 4]);
    const pass = (minutes: number): void => {
      for (let left = minutes; left > 0; left--) {
        sleep(room, THROTTLED_MS);
        // All that was due happens, at once.
        room.lab.pass(0);
      }
    };
    pass(10);
    expect(votersOf(room.laptop[0]!)).toContain(nodeOf(3));
    pass(10);
    expect(votersOf(room.laptop[0]!)).toEqual([nodeOf(1), nodeOf(2), nodeOf(4)]);
  });

  it("is like time without any connection: who sees nobody has missed nobody", () => {
    const { lab, laptop, elsewhere } = roomWith([1, 4]);
    const [first, learner] = laptop as [Site, Site];
    lab.cut(first, learner);
    for (const tab of laptop) for (const other of elsewhere) lab.cut(tab, other);
    for (let wakes = 0; wakes < 2000; wakes++) {
      lab.pass(5000);
      // Something else has wanted to be woken.
      for (const tab of laptop) tab.handle({ type: "wake" });
    }
    lab.connect(first, learner);
    lab.pass(MINUTE_MS);
    expect(first.replica.state.replicaSet).toMatchObject({ generation: 0, epoch: 3 });
  });

  it("is another matter to who was awake: they swap the sleeper, which learns of it on waking", () => {
    const room = roomWith([1]);
    const [sleeper] = room.laptop;
    sleep(room, VOTER_SWAP_MS + MINUTE_MS);
    expect(votersOf(sleeper!)).toContain(sleeper!.nodeId);
    for (const awake of room.elsewhere) expect(votersOf(awake)).toEqual([nodeOf(4), nodeOf(2), nodeOf(3)]);
    reconnect(room);
    room.lab.pass(HOUR_MS);
    expect(sleeper!.replica.state.replicaSet).toMatchObject({ epoch: 4 });
    expect(sets(room.laptop)).toEqual(sets(room.elsewhere.slice(0, 1)));
  });
});
