import { describe, expect, it } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import type { Instance } from "../signaling/envelope.ts";
import { Strangers } from "./strangers.ts";

const instance = (n: number): Instance => n.toString(16).padStart(16, "0") as Instance;

describe("strangers in the room (T8)", () => {
  it("are answered and told of once each", () => {
    const runtime = new ManualRuntime();
    const strangers = new Strangers(runtime);
    expect(strangers.meet(instance(1))).toEqual({ answer: true, tell: true });
    expect(strangers.meet(instance(1))).toEqual({ answer: false, tell: false });
    runtime.jump(10 * 60_000);
    expect(strangers.meet(instance(1))).toEqual({ answer: false, tell: false });
    expect(strangers.meet(instance(2))).toEqual({ answer: true, tell: true });
  });

  it("in a flood are told of once a minute, and some dozens of them answered", () => {
    const runtime = new ManualRuntime();
    const strangers = new Strangers(runtime);
    const flood = (from: number): { told: number; answered: number } => {
      const met = Array.from({ length: 10_000 }, (_, i) => strangers.meet(instance(from + i)));
      return { told: met.filter(({ tell }) => tell).length, answered: met.filter(({ answer }) => answer).length };
    };
    expect(flood(0)).toEqual({ told: 1, answered: 64 });
    runtime.jump(59_999);
    expect(flood(10_000)).toEqual({ told: 0, answered: 0 });
    runtime.jump(1);
    expect(flood(20_000)).toEqual({ told: 1, answered: 64 });
  });
});
