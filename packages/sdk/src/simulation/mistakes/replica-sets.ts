import { type Mistake, mistake } from "./mistake.ts";
import type * as ReplicaSetModule from "../../core/replica-set.ts";

export const REPLICA_SET_MISTAKES: readonly Mistake[] = [
  mistake<typeof ReplicaSetModule>(
    "more voters are enrolled than the replication factor",
    "Q1",
    "core/replica-set.ts",
    (right) => ({
      enrolmentObstacle: (...[record, candidate]: Parameters<typeof right.enrolmentObstacle>) =>
        right.enrolmentObstacle({ ...record, replicationFactor: Number.POSITIVE_INFINITY }, candidate),
    }),
  ),
  mistake<typeof ReplicaSetModule>("two stores of one device are enrolled", "Q1", "core/replica-set.ts", (right) => ({
    enrolmentObstacle: (...[record, candidate]: Parameters<typeof right.enrolmentObstacle>) =>
      right.enrolmentObstacle({ ...record, distinctDevices: false }, candidate),
    recordFault: (...[theirs, ours]: Parameters<typeof right.recordFault>) =>
      right.recordFault({ ...theirs, distinctDevices: false }, { ...ours, distinctDevices: false }),
  })),
];
