import type { DeviceId, LineageId, NodeId } from "./node-id.ts";

export interface Voter {
  readonly nodeId: NodeId;
  readonly deviceId: DeviceId;
}

/** Q1: who votes, as one versioned record. Never derived from who is connected. */
export interface ReplicaSetRecord {
  readonly lineage: LineageId;
  readonly generation: number;
  readonly epoch: number;
  readonly replicationFactor: number;
  readonly distinctDevices: boolean;
  /** At most `replicationFactor`. The first is the founder, or who followed it: for now it alone decides the next epoch. */
  readonly voters: readonly Voter[];
  /** Removed on request and not enrolled again until added. */
  readonly barred: readonly NodeId[];
  /** Whether any epoch of this lineage had a data quorum of voters. */
  readonly formed: boolean;
  /** Set in a lineage's last epoch: the lineage that its voters hand their state to (Q7b). */
  readonly yieldsTo: LineageId | undefined;
}
