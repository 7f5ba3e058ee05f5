import { advanced, hasVote, lineageOfRecord, type LineageState, newestRecord } from "./lineage-state.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import { isVoter, outranks, type ReplicaSetRecord } from "./replica-set.ts";
import type { Draft } from "./draft.ts";

/** Lineages remembered as retired, so that their stragglers can be told. */
const MAX_RETIRED_LINEAGES = 64;

/**
 * Whether a replica may go by `target` though its lineage has not been handed over. A voter of a lineage that has formed stays, but for
 * one that has a vote in the target, too. What it owes to the lineage that it leaves it goes on owing, until that has retired.
 */
export function isFree(state: LineageState, self: NodeId, target: ReplicaSetRecord): boolean {
  return !newestRecord(state).formed || !hasVote(state, self) || isVoter(target, self);
}

/**
 * Makes a replica go by another lineage. Only upwards: two replicas that told each other of opposite moves would otherwise change
 * places for ever.
 * @param mayLeave whether it may leave the lineage in which it is.
 */
export function moveHome(draft: Draft, target: ReplicaSetRecord, mayLeave: (state: LineageState) => boolean): void {
  const left = draft.lineages.get(draft.home);
  const known = draft.lineages.get(target.lineage);
  if (left === undefined || known?.retiredInto !== undefined || !outranks(target, left.active)) return;
  if (left.retiredInto === undefined && !mayLeave(left)) return;
  draft.keepLineage(known === undefined ? lineageOfRecord(target) : advanced(known, target, undefined));
  draft.home = target.lineage;
  // Its only voter takes an unformed lineage along: nothing has been acknowledged in it, and nobody else can decide about it.
  const isAlone = left.active.voters.length === 1 && isVoter(left.active, draft.nodeId) && !newestRecord(left).formed;
  if (isAlone && left.decided === undefined && left.retiredInto === undefined)
    draft.keepLineage({ ...left, sealed: true, retiredInto: target.lineage });
}

/** Forgets lineages in which this store has nothing to say, and the oldest of those that have retired. */
export function forgetLineages(draft: Draft): void {
  const retired: LineageId[] = [];
  for (const [lineage, state] of draft.lineages) {
    if (lineage === draft.home) continue;
    if (state.retiredInto !== undefined) retired.push(lineage);
    else if (!hasVote(state, draft.nodeId)) draft.dropLineage(lineage);
  }
  for (const lineage of retired.slice(0, -MAX_RETIRED_LINEAGES)) draft.dropLineage(lineage);
}
