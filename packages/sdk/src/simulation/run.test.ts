import { describe, expect, it } from "vitest";
import { FAULTS } from "./fault-names.ts";
import { run } from "./run.ts";

/** Runs in every test run; thousands go by hand, with `npm run sim`. */
const SEEDS = 100;

describe("simulated rooms under faults", () => {
  it("replay event for event from their seed", async () => {
    const [first, second] = [await run(7, { trace: true }), await run(7, { trace: true })];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
  });

  it(
    `keep their promises (P1 to P4, S1) in ${SEEDS} runs, in which every kind of fault strikes`,
    { timeout: 240_000 },
    async () => {
      const struck = new Set<string>();
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { violations, faults } = await run(seed);
        expect(violations, `replay: npm run sim -- --seed ${seed} --seeds 1 --trace`).toEqual([]);
        for (const [fault, count] of Object.entries(faults)) if (count > 0) struck.add(fault);
      }
      expect([...struck].sort()).toEqual([...FAULTS].sort());
    },
  );
});
