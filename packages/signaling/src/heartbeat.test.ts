import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("beats once an interval for each, spread over it, until it is taken out", () => {
  const beats: number[] = [];
  const heartbeat = new Heartbeat<number>(1000, (member) => beats.push(member));
  for (let i = 0; i < 40; i++) heartbeat.add(i);
  vi.advanceTimersByTime(100);
  expect(beats).toHaveLength(4);
  vi.advanceTimersByTime(900);
  expect(beats.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  for (let i = 1; i < 40; i++) heartbeat.delete(i);
  vi.advanceTimersByTime(1000);
  expect(beats.slice(40)).toEqual([0]);
  heartbeat.stop();
  vi.advanceTimersByTime(1000);
  expect(beats).toHaveLength(41);
});
