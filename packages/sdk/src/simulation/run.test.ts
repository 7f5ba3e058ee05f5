import { describe, expect, it } from "vitest";
import { run } from "./run.ts";

/** A short series for whoever runs the unit tests; `npm run sim` runs thousands, and counts the faults. */
const SEEDS = 10;

describe("simulated rooms under faults", () => {
  it("replay event for event from their seed", async () => {
    const [first, second] = [await run(7, { trace: true }), await run(7, { trace: true })];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
  });

  it(`keep their promises (P1 to P4, S1) in ${SEEDS} runs`, { timeout: 240_000 }, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violations } = await run(seed);
      expect(violations, `replay: npm run sim -- --seed ${seed} --seeds 1 --trace`).toEqual([]);
    }
  });
});
