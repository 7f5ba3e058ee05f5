import { describe, expect, it } from "vitest";
import type { Runtime } from "../ports/runtime.ts";
import { steadyRuntime } from "./steady-runtime.ts";

describe("a steady clock", () => {
  it("stands still when the wall is set back, and goes on from there at the wall's pace", () => {
    let wall = 1_000_000;
    const unused = (): never => {
      throw new Error("not asked for");
    };
    const runtime: Runtime = { now: () => wall, randomBytes: unused, setTimer: unused, soon: unused };
    const steady = steadyRuntime(runtime);
    expect(steady.now()).toBe(1_000_000);
    wall += 500;
    expect(steady.now()).toBe(1_000_500);
    wall -= 3_600_000;
    expect(steady.now()).toBe(1_000_500);
    wall += 200;
    expect(steady.now()).toBe(1_000_700);
    wall -= 100;
    expect(steady.now()).toBe(1_000_700);
    wall += 7_200_000;
    expect(steady.now()).toBe(1_000_700 + 7_200_000);
  });
});
