import { dataQuorum, enrolledIn, enrolmentObstacle, type ReplicaSetRecord } from "./replica-set.ts";
import type { Candidate } from "./next-epoch.ts";
import type { LineageId, NodeId } from "./node-id.ts";

/**
 * Q7c: the lineage that the survivors of a lost majority found, or `undefined` when they are too few, or another of them is to do it.
 * @param candidates the connected, caught-up replicas that live in the old lineage, this one among them.
 */
export function foundedBySurvivors(
  old: ReplicaSetRecord,
  candidates: readonly Candidate[],
  self: NodeId,
  mintLineage: () => LineageId,
): ReplicaSetRecord | undefined {
  const ranked = [...candidates].sort((a, b) => Number(b.steady) - Number(a.steady) || (a.nodeId < b.nodeId ? -1 : 1));
  let founded: ReplicaSetRecord = { ...old, generation: old.generation + 1, epoch: 1, voters: [], formed: true };
  for (const candidate of ranked) {
    if (enrolmentObstacle(founded, candidate) !== undefined) continue;
    founded = { ...founded, voters: [...founded.voters, enrolledIn(1, candidate)] };
  }
  // Full sight of each other is the rule; where two see different survivors, the lineages that they found meet like others (Q7b).
  if (founded.voters.length < dataQuorum(old) || founded.voters[0]?.nodeId !== self) return undefined;
  return { ...founded, lineage: mintLineage() };
}
