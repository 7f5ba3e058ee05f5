import { expect, test } from "vitest";
import { AddressTurns } from "./address-turns.ts";
import { SlowLane } from "./slow-lane.ts";
import { eventually } from "./testing/eventually.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Handles so many messages, each at that cost, one a turn; notes its name for each. */
function taker(turns: AddressTurns, log: string[], name: string, messages: number, cost: number): { takeTurn(): void } {
  let left = messages;
  const self = {
    takeTurn: () => {
      log.push(name);
      turns.charge(cost, performance.now());
      if (--left > 0) turns.wait(self);
    },
  };
  turns.wait(self);
  return self;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("T10: sockets of an address take turns, and no more than a few milliseconds' worth of them at a time", async () => {
  const turns = new AddressTurns(new TokenBucket(10_000, 1, performance.now()), new SlowLane());
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) taker(turns, log, name, 20, 1);
  expect([log, turns.isFree(performance.now())]).toEqual([[], false]);
  await nextTurn();
  expect(log).toEqual(["a", "b", "c", "a"]);
  await nextTurn();
  expect(log.slice(4)).toEqual(["b", "c", "a", "b"]);
  await eventually(() => expect(log).toHaveLength(60));
  expect(log.filter((name) => name === "c")).toHaveLength(20);
  await nextTurn();
  expect(turns.isFree(performance.now())).toBe(true);
});

test("T10: what is done at once counts for the turn as well", async () => {
  const turns = new AddressTurns(new TokenBucket(10_000, 1, performance.now()), new SlowLane());
  turns.charge(3, performance.now());
  expect(turns.isFree(performance.now())).toBe(true);
  turns.charge(1, performance.now());
  expect(turns.isFree(performance.now())).toBe(false);
  await nextTurn();
  expect(turns.isFree(performance.now())).toBe(true);
});

test("T10: in debt one goes on at a time, when it is paid", async () => {
  const turns = new AddressTurns(new TokenBucket(1, 20, performance.now()), new SlowLane());
  turns.charge(3, performance.now());
  const log: string[] = [];
  for (const name of ["a", "b"]) taker(turns, log, name, 2, 4);
  await nextTurn();
  await nextTurn();
  expect([log, turns.isInDebt(performance.now())]).toEqual([[], true]);
  await eventually(() => expect(log).toEqual(["a"]));
  await eventually(() => expect(log).toEqual(["a", "b", "a", "b"]));
});

test("T10: addresses that have spent half of what they may take turns with each other; others do not wait for them", async () => {
  const lane = new SlowLane();
  const log: string[] = [];
  const busy = ["a", "b", "c"].map((name) => {
    const turns = new AddressTurns(new TokenBucket(100, 1, performance.now()), lane);
    turns.charge(51, performance.now());
    taker(turns, log, name, 2, 4);
    return turns;
  });
  const modest = new AddressTurns(new TokenBucket(100, 1, performance.now()), lane);
  taker(modest, log, "m", 2, 4);
  await nextTurn();
  expect(log.toSorted()).toEqual(["a", "m"]);
  await nextTurn();
  expect(log.slice(2).toSorted()).toEqual(["b", "m"]);
  expect(modest.isFree(performance.now())).toBe(false);
  await nextTurn();
  expect([modest, ...busy].map((turns) => turns.isFree(performance.now()))).toEqual([true, false, false, false]);
  await eventually(() => expect(log.slice(4).join("")).toBe("cabc"));
});

test("T10: who has left has no turn", async () => {
  const turns = new AddressTurns(new TokenBucket(10, 1, performance.now()), new SlowLane());
  const log: string[] = [];
  turns.leave(taker(turns, log, "a", 1, 1));
  taker(turns, log, "b", 1, 1);
  await eventually(() => expect(log).toEqual(["b"]));
  await nextTurn();
  expect(log).toEqual(["b"]);
});
