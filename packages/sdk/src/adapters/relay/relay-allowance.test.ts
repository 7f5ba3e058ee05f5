import { expect, it } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { RelayAllowance } from "./relay-allowance.ts";

it("T11: lets a second's worth leave at once, and from then on the rate", async () => {
  const runtime = new ManualRuntime();
  const allowance = new RelayAllowance(1000, runtime);
  allowance.spend(1000);
  expect(allowance.waitMs).toBe(0);
  allowance.spend(500);
  expect(allowance.waitMs).toBe(500);
  await runtime.advance(500);
  expect(allowance.waitMs).toBe(0);
  allowance.spend(10);
  expect(allowance.waitMs).toBe(10);
  await runtime.advance(60_000);
  allowance.spend(1000);
  expect(allowance.waitMs).toBe(0);
});
