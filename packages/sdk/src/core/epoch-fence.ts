import { isServing, isVoter, type ReplicaSetRecord } from "./replica-set.ts";
import type { EpochRef } from "./messages.ts";
import type { NodeId } from "./node-id.ts";

/** Durable state, or a transaction in the making. */
interface View {
  readonly nodeId: NodeId;
  readonly replicaSet: ReplicaSetRecord;
}

/** Q5: whether this store is a voter of the epoch asked for, which is its highest and unsealed. */
export function serves({ nodeId, replicaSet }: View, { lineage, epoch }: EpochRef): boolean {
  return (
    replicaSet.lineage === lineage && replicaSet.epoch === epoch && isServing(replicaSet) && isVoter(replicaSet, nodeId)
  );
}

/** Whether this record, or a later one of its lineage that is still to arrive here, may be the epoch asked for. */
export function mayServeLater(record: ReplicaSetRecord, { lineage, epoch }: EpochRef): boolean {
  return record.lineage === lineage && (record.epoch < epoch || (record.epoch === epoch && isServing(record)));
}
