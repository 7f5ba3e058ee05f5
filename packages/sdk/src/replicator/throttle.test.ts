import { describe, expect, it } from "vitest";
import { ManualRuntime } from "../testing/manual-runtime.fixture.ts";
import { Throttle } from "./throttle.ts";

function throttled(bytesPerSecond: number) {
  const runtime = new ManualRuntime();
  let told = 0;
  const throttle = new Throttle(bytesPerSecond, runtime, () => told++);
  const left: number[] = [];
  const start = runtime.now();
  const pass = (bytes: number): void => throttle.pass(bytes, () => left.push(runtime.now() - start));
  return { runtime, throttle, left, pass, told: () => told };
}

describe("a throttle", () => {
  it("without a rate lets everything pass at once", () => {
    const { left, pass, told } = throttled(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 5; i++) pass(1_000_000);
    expect(left).toEqual([0, 0, 0, 0, 0]);
    expect(told()).toBe(0);
  });

  it("holds a stream to its rate after a burst of a quarter of a second, in order, and says so once", async () => {
    const { runtime, left, pass, told } = throttled(1000);
    for (let i = 0; i < 20; i++) pass(100);
    await runtime.advance(10_000);
    expect(left).toHaveLength(20);
    expect([...left]).toEqual([...left].sort((a, b) => a - b));
    // 2,000 bytes at 1,000 a second, of which 250 may leave at once and one message may be ahead of its time.
    expect(left.at(-1)).toBeGreaterThanOrEqual(1600);
    expect(left.at(-1)).toBeLessThanOrEqual(1750);
    expect(told()).toBe(1);
  });

  it("lets a message pass that is larger than a second's bytes, and makes up for it after", async () => {
    const { runtime, left, pass } = throttled(1000);
    pass(5000);
    pass(10);
    expect(left).toEqual([0]);
    await runtime.advance(4000);
    expect(left).toHaveLength(1);
    await runtime.advance(2000);
    expect(left).toHaveLength(2);
  });

  it("drops what waits when it is stopped, and leaves no timer", async () => {
    const { runtime, throttle, left, pass } = throttled(1000);
    pass(5000);
    pass(10);
    throttle.stop();
    expect(runtime.timers).toBe(0);
    await runtime.advance(60_000);
    expect(left).toHaveLength(1);
  });
});
