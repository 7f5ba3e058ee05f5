import { describe, expect, it } from "vitest";
import { RUNS_WITH_EVERY_FAULT, Summary } from "./summary.ts";
import { DRAMAS } from "./staging/drama-names.ts";
import { FAULTS } from "./fault-names.ts";
import { noFaults } from "./faults.ts";
import type { RunResult } from "./run.ts";

const result: Omit<RunResult, "plan"> = {
  seed: 1,
  trace: [],
  violations: [],
  events: 1,
  messages: 1,
  quorumWrites: 0,
  undecidedOrders: 0,
  laterEpochs: 0,
  survivals: 0,
  renewals: 0,
  drama: undefined,
  faults: noFaults(),
};

describe("the summary of many runs", () => {
  it("misses a fault or a drama only when there were runs enough for all", () => {
    const summary = new Summary();
    const [never, ...others] = FAULTS;
    for (const fault of others) summary.add({ ...result, faults: { ...noFaults(), [fault]: 1 } });
    const [unplayed, ...played] = DRAMAS;
    for (const drama of played) summary.add({ ...result, drama });
    expect(summary.missing).toEqual([]);
    for (let i = 0; i < RUNS_WITH_EVERY_FAULT; i++) summary.add(result);
    expect(summary.missing).toEqual([never, unplayed]);
    expect(summary.text()).toContain(`${never} has not come about`);
  });
});
