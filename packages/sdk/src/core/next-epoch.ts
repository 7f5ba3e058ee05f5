import {
  dataQuorum,
  enrolmentObstacle,
  isVoter,
  majority,
  type ReplicaSetRecord,
  type Voter,
  withoutVoter,
  withVoter,
  withVoterSwapped,
} from "./replica-set.ts";
import type { NodeId } from "./node-id.ts";

export type Candidate = Omit<Voter, "since">;

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
  const candidates = [...view.candidates].sort((a, b) => Number(b.steady) - Number(a.steady));
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
  yield* steadied(record, candidates, view);
  for (const { nodeId, steady } of record.voters) {
    if (steady || !view.isLost(nodeId)) continue;
    const heir = candidates.find((candidate) => canReplace(record, nodeId, candidate));
    if (heir !== undefined) yield withVoterSwapped(record, nodeId, heir);
  }
}

/** Q7a: a steady replica takes the place of one that is not: of one that is lost, or else of the last to be enrolled. */
function* steadied(
  record: ReplicaSetRecord,
  candidates: readonly Candidate[],
  view: Pick<View, "isLost">,
): Iterable<ReplicaSetRecord> {
  for (const voter of record.voters) {
    const itself = candidates.find(({ nodeId }) => nodeId === voter.nodeId);
    if (itself !== undefined && itself.steady !== voter.steady) yield withVoterSwapped(record, voter.nodeId, itself);
  }
  const others = record.voters.filter((voter) => !voter.steady);
  others.sort((a, b) => Number(view.isLost(b.nodeId)) - Number(view.isLost(a.nodeId)) || b.since - a.since);
  for (const candidate of candidates) {
    const heir = candidate.steady && others.find(({ nodeId }) => canReplace(record, nodeId, candidate));
    if (heir && !isVoter(record, candidate.nodeId)) yield withVoterSwapped(record, heir.nodeId, candidate);
  }
}

function canReplace(record: ReplicaSetRecord, nodeId: NodeId, candidate: Candidate): boolean {
  const others = { ...record, voters: record.voters.filter((voter) => voter.nodeId !== nodeId) };
  return enrolmentObstacle(others, candidate) === undefined;
}
