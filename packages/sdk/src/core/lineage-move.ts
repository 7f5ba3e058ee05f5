import { decider, isServing, isVoter, outranks, type ReplicaSetRecord } from "./replica-set.ts";
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
  return (
    current.lineage === move.from && (move.handedOver || isFree(current, self, record)) && outranks(record, current)
  );
}

/**
 * Whether a replica may leave a lineage for `record`'s by itself. A voter of a lineage that has formed stays until it has been handed
 * over, but for one that has sealed it and has a vote in the other too, given before it left that one: each would wait for the other.
 * Its decider knows by its seal what it holds, and no replica ever moves down again, so the seal holds.
 */
export function isFree(current: ReplicaSetRecord, self: NodeId, record: ReplicaSetRecord): boolean {
  if (!current.formed || !isVoter(current, self)) return true;
  return !isServing(current) && decider(current) !== self && isVoter(record, self);
}
