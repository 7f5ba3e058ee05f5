import { describe, expect, it } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { Liveness } from "./liveness.ts";

const IDLE_MS = 5000;
const ANSWER_MS = 8000;

function watch(answer: (liveness: Liveness) => void = () => {}): {
  runtime: ManualRuntime;
  liveness: Liveness;
  log: string[];
} {
  const runtime = new ManualRuntime();
  const log: string[] = [];
  const liveness = new Liveness({
    runtime,
    idleMs: IDLE_MS,
    answerMs: ANSWER_MS,
    ask: () => {
      log.push("asked");
      answer(liveness);
    },
    dead: () => log.push("dead"),
  });
  return { runtime, liveness, log };
}

describe("T4: liveness", () => {
  it("asks after a silence, and gives up when nothing comes", async () => {
    const { runtime, log } = watch();
    await runtime.advance(IDLE_MS);
    expect(log).toEqual(["asked"]);
    await runtime.advance(ANSWER_MS);
    expect(log).toEqual(["asked", "dead"]);
    expect(runtime.timers).toBe(0);
  });

  it("asks nobody who is talking, and lets whoever answers live", async () => {
    const { runtime, liveness, log } = watch();
    for (let i = 0; i < 20; i++) {
      await runtime.advance(IDLE_MS - 1);
      liveness.heard();
    }
    expect(log).toEqual([]);
    const answering = watch((asked) => asked.heard());
    await answering.runtime.advance(100 * IDLE_MS);
    expect(answering.log).not.toContain("dead");
    expect(answering.log.length).toBeGreaterThan(60);
  });

  it("asks at once when told to check", async () => {
    const { runtime, liveness, log } = watch();
    liveness.check();
    liveness.check();
    expect(log).toEqual(["asked"]);
    await runtime.advance(ANSWER_MS);
    expect(log).toEqual(["asked", "dead"]);
  });

  it("does not blame the peer for this side's sleep: it is asked again, once", async () => {
    const { runtime, liveness, log } = watch();
    await runtime.advance(IDLE_MS);
    runtime.jump(3_600_000);
    await runtime.advance(0);
    expect(log).toEqual(["asked", "asked"]);
    liveness.heard();
    await runtime.advance(IDLE_MS - 1);
    expect(log).not.toContain("dead");
    runtime.jump(3_600_000);
    await runtime.advance(0);
    runtime.jump(60_000);
    await runtime.advance(0);
    runtime.jump(60_000);
    await runtime.advance(0);
    expect(log.at(-1)).toBe("dead");
  });

  it("gives a peer little time that has been silent for longer than any connection lives: this side has slept", async () => {
    const { runtime, liveness, log } = watch();
    runtime.jump(60_000);
    expect(liveness.isSilent).toBe(true);
    await runtime.advance(0);
    expect(log).toEqual(["asked"]);
    await runtime.advance(2000);
    expect(log).toEqual(["asked", "dead"]);

    const there = watch((asked) => asked.heard());
    there.runtime.jump(60_000);
    await there.runtime.advance(3000);
    expect(there.log).not.toContain("dead");
    expect(there.liveness.isSilent).toBe(false);
  });

  it("survives timers throttled to one a minute as long as answers come", async () => {
    const { runtime, log } = watch((asked) => asked.heard());
    for (let minute = 0; minute < 60; minute++) {
      runtime.jump(60_000);
      await runtime.advance(0);
    }
    expect(log).not.toContain("dead");
  });

  it("survives a clock set back by a year", async () => {
    const { runtime, liveness, log } = watch();
    runtime.jump(-365 * 24 * 3_600_000);
    liveness.check();
    liveness.heard();
    await runtime.advance(2 * ANSWER_MS);
    expect(log).toEqual(["asked", "asked", "dead"]);
  });
});
