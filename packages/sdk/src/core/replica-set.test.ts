import { expect, it } from "vitest";
import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import { recordFault, type ReplicaSetRecord } from "./replica-set.ts";

const OURS: ReplicaSetRecord = {
  lineage: "a".repeat(32) as LineageId,
  generation: 1,
  epoch: 4,
  replicationFactor: 3,
  distinctDevices: true,
  dimensions: 2,
  conflictResolution: "last-write-wins",
  signed: false,
  voters: [{ nodeId: "1".repeat(32) as NodeId, deviceId: "2".repeat(32) as DeviceId, since: 1, steady: false }],
  barred: [],
  formed: true,
  yieldsTo: undefined,
};

it("Q7b: a lineage of a generation that no room can have reached is refused, or it would outrank all others for ever", () => {
  const strange = { ...OURS, lineage: "b".repeat(32) as LineageId };
  expect(recordFault({ ...strange, generation: OURS.generation + 1 }, OURS)).toBeUndefined();
  expect(recordFault({ ...strange, generation: Number.MAX_SAFE_INTEGER }, OURS)).toMatch("generation");
});

it("Q1: of one lineage only the voters change", () => {
  expect(recordFault({ ...OURS, epoch: 5 }, OURS)).toBeUndefined();
  expect(recordFault({ ...OURS, epoch: 5, dimensions: 3 }, OURS)).toMatch("dimensions");
  expect(recordFault({ ...OURS, epoch: 5, voters: [] }, OURS)).toMatch("without voters");
});
