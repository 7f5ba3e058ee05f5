import { isVoter, outranks, type ReplicaSetRecord } from "./replica-set.ts";
import type { LineageId, NodeId } from "./node-id.ts";

/** Leaving a lineage for another. */
export interface Move {
  readonly from: LineageId;
  /** Whether the lineage's state is known to be safe in the other (Q7b). */
  readonly handedOver: boolean;
}

/** Whether a record is a later epoch of the lineage that a replica goes by. */
export function isLater(record: ReplicaSetRecord, current: ReplicaSetRecord): boolean {
  return record.lineage === current.lineage && record.epoch > current.epoch;
}

/**
 * Whether a move to another lineage is open to a replica that goes by `current` by now. Only upwards: two replicas that told each
 * other of opposite moves would otherwise change places for ever.
 */
export function isOpen(move: Move, record: ReplicaSetRecord, current: ReplicaSetRecord, self: NodeId): boolean {
  return current.lineage === move.from && (move.handedOver || isFree(current, self)) && outranks(record, current);
}

/**
 * Whether a replica may leave a lineage by itself: nothing that was acknowledged there depends on it. It must then, too: it may have
 * been given a vote in the other lineage before it left that one, and everybody waits for it.
 */
export function isFree(record: ReplicaSetRecord, self: NodeId): boolean {
  return !record.formed || !isVoter(record, self);
}
