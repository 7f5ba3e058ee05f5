import {
  dataQuorum,
  enrolmentObstacle,
  isVoter,
  majority,
  type ReplicaSetRecord,
  withoutVoter,
  withVoter,
  withVoterSwapped,
} from "./replica-set.ts";
import type { DeviceId, NodeId } from "./node-id.ts";

export interface Candidate {
  readonly nodeId: NodeId;
  readonly deviceId: DeviceId;
}

/** What a voter sees when it thinks about the next epoch. */
export interface View {
  /** Replicas that live in this lineage, are connected and have caught up; this one first. */
  readonly candidates: readonly Candidate[];
  reaches(nodeId: NodeId): boolean;
  /** Q3 */
  trusts(nodeId: NodeId): boolean;
  /** Whether it has been out of reach for long enough to be swapped. */
  isLost(nodeId: NodeId): boolean;
  readonly toRemove: ReadonlySet<NodeId>;
  readonly toAdd: ReadonlySet<NodeId>;
}

/** Q7a: the record that should follow, or `undefined` when all is well or nothing can be done. One change at a time. */
export function nextEpochOf(record: ReplicaSetRecord, view: View): ReplicaSetRecord | undefined {
  if (!hasMajority(record, view)) return undefined;
  for (const next of proposals(record, view)) if (canBegin(next, view)) return next;
  return undefined;
}

export function hasMajority({ voters }: ReplicaSetRecord, view: Pick<View, "reaches">): boolean {
  return voters.filter((voter) => view.reaches(voter.nodeId)).length >= majority(voters.length);
}

/** A set that could not be installed, or could decide nothing, would be the room's last. */
export function canBegin(next: ReplicaSetRecord, view: Pick<View, "reaches">): boolean {
  const { length } = next.voters;
  const reachable = next.voters.filter((voter) => view.reaches(voter.nodeId)).length;
  return reachable >= Math.max(majority(length), Math.min(dataQuorum(next), length));
}

function* proposals(record: ReplicaSetRecord, view: View): Iterable<ReplicaSetRecord> {
  const { candidates } = view;
  for (const nodeId of view.toRemove)
    if (isVoter(record, nodeId) && record.voters.length > 1) yield withoutVoter(record, nodeId);
  const unbarred = { ...record, barred: record.barred.filter((barred) => !view.toAdd.has(barred)) };
  for (const candidate of candidates)
    if (view.toAdd.has(candidate.nodeId) && enrolmentObstacle(unbarred, candidate) === undefined)
      yield withVoter(record, candidate);
  for (const voter of record.voters) {
    if (view.trusts(voter.nodeId)) continue;
    const itself = candidates.find((candidate) => candidate.nodeId === voter.nodeId);
    if (itself === undefined) continue;
    // Restored on another device, it may find a voter there already.
    const heir = [itself, ...candidates].find((candidate) => canReplace(record, voter.nodeId, candidate));
    if (heir !== undefined) yield withVoterSwapped(record, voter.nodeId, heir);
  }
  for (const candidate of candidates)
    if (enrolmentObstacle(record, candidate) === undefined) yield withVoter(record, candidate);
  for (const { nodeId } of record.voters) {
    if (!view.isLost(nodeId)) continue;
    const heir = candidates.find((candidate) => canReplace(record, nodeId, candidate));
    if (heir !== undefined) yield withVoterSwapped(record, nodeId, heir);
  }
}

function canReplace(record: ReplicaSetRecord, nodeId: NodeId, candidate: Candidate): boolean {
  const others = { ...record, voters: record.voters.filter((voter) => voter.nodeId !== nodeId) };
  return enrolmentObstacle(others, candidate) === undefined;
}
