import { describe, expect, it } from "vitest";
import { nodeOf, recordOf, stateOf } from "./replica-state.fixture.ts";
import { CommitQueue } from "./commit-queue.ts";
import { COUNTERS_KEY } from "./store-layout.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import type { Environment } from "./environment.ts";
import { VoterCounters } from "./voter-counters.ts";

const RECORD = recordOf([1, 2]);

function counters(seen: ConstructorParameters<typeof VoterCounters>[1] = [], members = [1, 2]) {
  const state = stateOf(1, { replicaSet: recordOf(members) });
  const queue = new CommitQueue(state, () => []);
  const environment: Pick<Environment, "state" | "queue" | "peers"> = { state, queue, peers: new Map() };
  return { state, queue, voters: new VoterCounters(environment as Environment, seen, () => undefined) };
}

describe("the counters of voters (Q3)", () => {
  it("trust a counter that stands still or grows, and not one that went backwards", () => {
    const { voters } = counters();
    expect([5, 5, 9].map((counter) => voters.note(nodeOf(2), counter))).toEqual([false, false, false]);
    expect(voters.trusts(RECORD, nodeOf(2))).toBe(true);
    expect(voters.note(nodeOf(2), 8)).toBe(true);
    expect(voters.trusts(RECORD, nodeOf(2))).toBe(false);
    voters.note(nodeOf(2), 500);
    expect(voters.trusts(RECORD, nodeOf(2))).toBe(false);
  });

  it("trust it again only where a later epoch has enrolled it, however many were missed", () => {
    const { voters } = counters();
    voters.note(nodeOf(2), 9);
    voters.note(nodeOf(2), 1);
    const later = { ...RECORD, epoch: 7 };
    expect(voters.trusts(later, nodeOf(2))).toBe(false);
    const enrolled = later.voters.map((voter) => ({ ...voter, since: 4 }));
    expect(voters.trusts({ ...later, voters: enrolled }, nodeOf(2))).toBe(true);
  });

  it("let voters that forgot speak for an epoch only where all of them do", () => {
    const { voters } = counters(undefined, [1, 2, 3]);
    const record = recordOf([1, 2, 3]);
    expect(voters.speakFor(record, [nodeOf(1), nodeOf(2)])).toBe(true);
    voters.note(nodeOf(2), 9);
    voters.note(nodeOf(2), 1);
    expect(voters.speakFor(record, [nodeOf(1), nodeOf(2)])).toBe(false);
    expect(voters.speakFor(record, [nodeOf(1), nodeOf(3)])).toBe(true);
    expect(voters.speakFor(record, [nodeOf(1), nodeOf(2), nodeOf(3)])).toBe(true);
    expect(voters.speakFor(record, [nodeOf(1), nodeOf(7), nodeOf(8)])).toBe(false);
  });

  it("are kept in the store at once when one went backwards, and know it after a reload", () => {
    const { queue, voters } = counters();
    voters.note(nodeOf(2), 9);
    expect(queue.isEmpty).toBe(true);
    voters.note(nodeOf(2), 3);
    const record = queue.next(1000)?.batch?.puts.find(([key]) => key === COUNTERS_KEY);
    const seen = decodeJsonRecord(record![1]) as ConstructorParameters<typeof VoterCounters>[1];
    expect(counters(seen).voters.trusts(RECORD, nodeOf(2))).toBe(false);
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
