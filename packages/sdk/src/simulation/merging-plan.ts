import type { Plan } from "./plan.ts";
import type { Streams } from "./streams.ts";

/** The share of runs whose entries are documents. */
const MERGING = 0.12;

/** Any other run, with entries that are documents (C6), for some of the seeds; not one about order, which documents have none of (Q9). */
export function mergingSometimes(plan: Plan, streams: Streams): Plan {
  return !plan.isContended && streams.of("plan isMerging").chance(MERGING) ? { ...plan, mode: "crdt" } : plan;
}
