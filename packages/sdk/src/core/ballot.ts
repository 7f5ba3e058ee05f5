import type { Origin } from "./node-id.ts";

/**
 * A Paxos ballot. `proposer` names one opening of a store, like a dot's origin: a restored or copied store can never issue a ballot
 * again, so ballots need not be kept for their own sake.
 */
export interface Ballot {
  readonly counter: number;
  readonly proposer: Origin;
}

/**
 * How far a ballot may lie above the last one promised: more rounds than voters that contend ever need, and so many such leaps
 * within 2^53 that nobody can use the ballots up.
 */
export const MAX_BALLOT_LEAP: number = 2 ** 20;

export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  return a.proposer < b.proposer ? -1 : a.proposer > b.proposer ? 1 : 0;
}
