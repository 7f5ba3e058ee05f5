import { CausalContext } from "./causal-context.ts";
import type { Item, ItemList } from "./item-list.ts";

/** Items looked at in one task: a millisecond or two. */
export const MAX_CLAIMED_PER_STEP = 1000;

/** The dots of what is held: all that a replica claims that has lost something (S1). Ends a step with each `yield`, since it goes through all (P6). */
export function* claimOf<T extends Item>(
  held: ItemList<T>,
  isHeld: (item: T) => boolean = () => true,
): Generator<undefined, CausalContext, unknown> {
  let claim = CausalContext.EMPTY;
  for (let from = 0; from < held.size; from += MAX_CLAIMED_PER_STEP) {
    if (from > 0) yield;
    const some = held.slice(from, Math.min(from + MAX_CLAIMED_PER_STEP, held.size));
    claim = claim.with(some.filter(isHeld).map(({ dot }) => dot));
  }
  return claim;
}
