import { expect, test } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { Backoff } from "./backoff.ts";

test("T5: delays double up to the cap, jittered, until a reset", () => {
  const backoff = new Backoff(new ManualRuntime(), { firstMs: 1000, capMs: 30_000 });
  const longest = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  const delays = longest.map(() => backoff.nextMs());
  for (const [i, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual((longest[i] as number) / 2);
    expect(delay).toBeLessThanOrEqual(longest[i] as number);
  }
  expect(new Set(delays.map((delay, i) => delay / (longest[i] as number))).size).toBeGreaterThan(3);
  expect(backoff.failures).toBe(7);
  backoff.reset();
  expect(backoff.nextMs()).toBeLessThanOrEqual(1000);
});

test("a thousand failures later the delay is still a number", () => {
  const backoff = new Backoff(new ManualRuntime(), { firstMs: 1000, capMs: 30_000 });
  for (let i = 0; i < 2000; i++) backoff.nextMs();
  expect(backoff.nextMs()).toBeLessThanOrEqual(30_000);
});
