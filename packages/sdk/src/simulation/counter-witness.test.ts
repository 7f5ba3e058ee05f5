import { describe, expect, it } from "vitest";
import { lineageOfRecord, storedLineages } from "../core/lineage-state.ts";
import { NODE_KEY, REPLICA_SETS_KEY } from "../core/store-layout.ts";
import { CounterWitness } from "./counter-witness.ts";
import { encodeJsonRecord } from "../core/codec/json-record.ts";
import { encodeMessage } from "../core/codec/frames.ts";
import { Ledger } from "./ledger.ts";
import type { LineageId, NodeId } from "../core/node-id.ts";
import type { Machine } from "./machine.ts";
import type { ReplicaSetRecord } from "../core/replica-set.ts";

const LINEAGE = "1".repeat(32) as LineageId;
const HEARER = "a".repeat(32) as NodeId;
const VOTER = "b".repeat(32) as NodeId;
const EPOCH_2: ReplicaSetRecord = {
  lineage: LINEAGE,
  generation: 0,
  epoch: 2,
  replicationFactor: 3,
  distinctDevices: false,
  dimensions: 2,
  conflictResolution: "last-write-wins",
  signed: false,
  voters: [HEARER, VOTER].map((nodeId) => ({ nodeId, deviceId: nodeId as never, since: 1, steady: false })),
  barred: [],
  formed: true,
  yieldsTo: undefined,
};

function machineOf(nodeId: NodeId): Machine {
  const image = new Map([
    [NODE_KEY, encodeJsonRecord({ nodeId })],
    [
      REPLICA_SETS_KEY,
      encodeJsonRecord(storedLineages({ home: LINEAGE, lineages: new Map([[LINEAGE, lineageOfRecord(EPOCH_2)]]) })),
    ],
  ]);
  return { disk: { image, flushed: image }, life: { ended: false, frozenUntil: 0 } } as unknown as Machine;
}

/** What a witness says of a write that is acknowledged by both after these counters have come from one of them, its store restored or not. */
function forgetfulAfter(counters: readonly number[], isRestored: boolean, since = 1): NodeId | undefined {
  const ledger = new Ledger(
    () => 0,
    () => new Set(),
    () => 1,
  );
  const voters = EPOCH_2.voters.map((voter) => ({ ...voter, since }));
  ledger.records.set(`${LINEAGE} epoch 3`, { ...EPOCH_2, epoch: 3, voters });
  if (isRestored) ledger.storeLost(VOTER);
  const machines = [machineOf(HEARER), machineOf(VOTER)];
  const witness = new CounterWitness(ledger, machines);
  for (const [at, counter] of counters.entries()) {
    const ack = { type: "ack", request: 1, lineage: LINEAGE, epoch: 2, counter } as const;
    witness.delivered(1, 0, encodeMessage(ack, { compress: false }).bytes, at);
  }
  return witness.forgetful(machines[0]!.life, [HEARER, VOTER], counters.length, { lineage: LINEAGE, epoch: 3 });
}

describe("a witness of counters (Q3)", () => {
  it("names a restored store whose counter has gone backwards, and which no later epoch has enrolled", () => {
    expect(forgetfulAfter([7, 4, 5], true)).toBe(VOTER);
  });

  it("names none that has been enrolled anew, none that was never restored, and none whose counter only grew", () => {
    expect(forgetfulAfter([7, 4, 5], true, 3)).toBeUndefined();
    expect(forgetfulAfter([7, 4, 5], false)).toBeUndefined();
    expect(forgetfulAfter([4, 5, 7], true)).toBeUndefined();
  });
});
