import { describe, expect, it } from "vitest";
import { nodeOf, recordOf, stateOf } from "./replica-state.fixture.ts";
import { CommitQueue } from "./commit-queue.ts";
import { COUNTERS_KEY } from "./store-layout.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import type { Environment } from "./environment.ts";
import { VoterCounters } from "./voter-counters.ts";

function counters(seen: ConstructorParameters<typeof VoterCounters>[1] = []) {
  const state = stateOf(1, { replicaSet: recordOf([1, 2]) });
  const queue = new CommitQueue(state, () => []);
  const environment: Pick<Environment, "state" | "queue"> = { state, queue };
  return { state, queue, voters: new VoterCounters(environment as Environment, seen) };
}

describe("the counters of voters (Q3)", () => {
  it("trust a counter that stands still or grows, and not one that went backwards", () => {
    const { voters } = counters();
    expect([5, 5, 9].map((counter) => voters.note(nodeOf(2), counter))).toEqual([false, false, false]);
    expect(voters.trusts(nodeOf(2))).toBe(true);
    expect(voters.note(nodeOf(2), 8)).toBe(true);
    expect(voters.trusts(nodeOf(2))).toBe(false);
    voters.note(nodeOf(2), 500);
    expect(voters.trusts(nodeOf(2))).toBe(false);
  });

  it("trust it again only after an epoch without it", () => {
    const { voters } = counters();
    voters.note(nodeOf(2), 9);
    voters.note(nodeOf(2), 1);
    voters.recordChanged(recordOf([1, 2], { epoch: 5 }));
    expect(voters.trusts(nodeOf(2))).toBe(false);
    voters.recordChanged(recordOf([1], { epoch: 6 }));
    expect(voters.trusts(nodeOf(2))).toBe(true);
  });

  it("are kept in the store at once when one went backwards, and know it after a reload", () => {
    const { queue, voters } = counters();
    voters.note(nodeOf(2), 9);
    expect(queue.isEmpty).toBe(true);
    voters.note(nodeOf(2), 3);
    const record = queue.next(1000)?.batch?.puts.find(([key]) => key === COUNTERS_KEY);
    const seen = decodeJsonRecord(record![1]) as ConstructorParameters<typeof VoterCounters>[1];
    expect(counters(seen).voters.trusts(nodeOf(2))).toBe(false);
  });

  it("of voters are not pushed out by a crowd of strangers (P8)", () => {
    const { voters } = counters();
    voters.note(nodeOf(2), 100);
    for (let n = 10; n < 1000; n++) voters.note(nodeOf(n), 1);
    expect(voters.note(nodeOf(2), 50)).toBe(true);
    // A stranger of long ago is forgotten: the memory is bounded.
    expect(voters.note(nodeOf(10), 0)).toBe(false);
  });
});
