import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { AddressTurns } from "./address-turns.ts";
import { SlowLane } from "./slow-lane.ts";
import { eventually } from "./testing/eventually.ts";
import { TokenBucket } from "./token-bucket.ts";
import { type Metered, TrafficMeter } from "./traffic-meter.ts";

/** A socket's meter, where every message costs a token; `address` may be shared. */
function metered(
  own: TokenBucket,
  turns: AddressTurns,
): {
  meter: TrafficMeter<number>;
  handled: number[];
  isPaused: () => boolean;
  throttled: () => number;
} {
  let paused = false;
  let throttled = 0;
  const handled: number[] = [];
  const socket = { pause: () => (paused = true), resume: () => (paused = false) } as unknown as WebSocket;
  const client: Metered<number> = {
    handle: (message) => {
      handled.push(message);
      meter.charge(1, performance.now());
    },
    throttled: () => void throttled++,
  };
  const meter = new TrafficMeter(client, socket, own, turns);
  return { meter, handled, isPaused: () => paused, throttled: () => throttled };
}

const bucket = (capacity: number, perSecond = 1): TokenBucket =>
  new TokenBucket(capacity, perSecond, performance.now());

test("T10: messages within the budget are handled at once", () => {
  const { meter, handled, isPaused } = metered(bucket(100), new AddressTurns(bucket(100), new SlowLane()));
  for (let i = 0; i < 4; i++) meter.received(i);
  expect([handled.length, isPaused()]).toEqual([4, false]);
});

test("T10: a socket that has overdrawn its own bucket is not read, and goes on when the debt is paid", async () => {
  const { meter, handled, isPaused, throttled } = metered(bucket(1, 5), new AddressTurns(bucket(100), new SlowLane()));
  for (let i = 0; i < 4; i++) meter.received(i);
  expect([handled, isPaused(), throttled()]).toEqual([[0, 1], true, 1]);
  await eventually(() => expect(handled).toEqual([0, 1, 2, 3]));
  await eventually(() => expect(isPaused()).toBe(false));
});

test("T10: many sockets of an address that is in debt go on in turns, one message each", async () => {
  const turns = new AddressTurns(bucket(7, 200), new SlowLane());
  const sockets = Array.from({ length: 5 }, () => metered(bucket(1000), turns));
  for (let i = 0; i < 3; i++) for (const { meter } of sockets) meter.received(i);
  // As many as one turn of the event loop has room for.
  expect(sockets.map(({ handled }) => handled.length)).toEqual([1, 1, 1, 1, 0]);
  const most: number[] = [];
  await eventually(() => {
    const counts = sockets.map(({ handled }) => handled.length);
    most.push(Math.max(...counts) - Math.min(...counts));
    expect(counts).toEqual([3, 3, 3, 3, 3]);
  });
  expect(Math.max(...most)).toBeLessThanOrEqual(1);
  await eventually(() => expect(sockets.map(({ isPaused }) => isPaused())).not.toContain(true));
});

test("P8: no more than a segment's worth waits: what comes beyond it is handled, in order", () => {
  const { meter, handled } = metered(bucket(1), new AddressTurns(bucket(1000), new SlowLane()));
  for (let i = 0; i < 500; i++) meter.received(i);
  expect(handled).toEqual(Array.from({ length: 500 - 64 }, (_, i) => i));
});

test("T10: once it has ended nothing is handled, and the socket is read for its close", async () => {
  const turns = new AddressTurns(bucket(1000), new SlowLane());
  const { meter, handled, isPaused } = metered(bucket(1, 5), turns);
  for (let i = 0; i < 5; i++) meter.received(i);
  meter.end();
  meter.received(9);
  expect(isPaused()).toBe(false);
  // Longer than it takes until the debt is paid.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([handled, isPaused(), turns.isFree(performance.now())]).toEqual([[0, 1], false, true]);
});
