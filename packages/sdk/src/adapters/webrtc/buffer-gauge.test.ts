import { expect, test } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { BufferGauge } from "./buffer-gauge.ts";

test("T3: what was sent since the last look counts as buffered, and draining is told once, when it is asked for", async () => {
  const runtime = new ManualRuntime();
  let buffered = 0;
  let drained = 0;
  const gauge = new BufferGauge(
    runtime,
    () => buffered,
    () => drained++,
  );
  gauge.sent(1000);
  gauge.sent(500);
  expect(gauge.lately).toBe(1500);
  gauge.drainedBelow = 800;
  buffered = 1500;
  await runtime.advance(10);
  expect([gauge.lately, drained]).toEqual([0, 0]);
  buffered = 800;
  await runtime.advance(10);
  expect(drained).toBe(1);
  await runtime.advance(10);
  expect([drained, runtime.timers]).toEqual([1, 0]);
  gauge.sent(1);
  gauge.drainedBelow = 0;
  gauge.stop();
  await runtime.advance(10);
  expect([drained, runtime.timers]).toEqual([1, 0]);
});
