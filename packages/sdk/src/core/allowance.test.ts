import { expect, it } from "vitest";
import { Allowance } from "./allowance.ts";

it("allows some at once, and then one each interval, however long nothing was asked", () => {
  const allowance = new Allowance(3, 100, 1000);
  const taken = (nowMs: number): number => {
    let count = 0;
    while (allowance.take(nowMs)) count++;
    return count;
  };
  expect(taken(1000)).toBe(3);
  expect([allowance.nextAt, taken(1099), taken(1100), taken(1150)]).toEqual([1100, 0, 1, 0]);
  expect(allowance.nextAt).toBe(1200);
  expect(taken(1350)).toBe(2);
  expect(taken(100_000)).toBe(3);
});
