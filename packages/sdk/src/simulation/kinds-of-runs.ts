import { contendedSometimes } from "./contended-plan.ts";
import type { DramaName } from "./staging/drama-names.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { mergingSometimes } from "./merging-plan.ts";
import { partialSometimes } from "./partial-plan.ts";
import { rewritingSometimes } from "./rewriting-plan.ts";
import { stagedSometimes } from "./staged-plan.ts";
import { Streams } from "./streams.ts";
import { unsettledSometimes } from "./unsettled-plan.ts";

/** What a run is about; a staged one, which drama. */
export type RunKind = "anything" | "contended" | "unsettled" | "rewriting" | "partial" | DramaName;

/** In the order in which they are drawn: a seed is of the first kind that it falls to. The last asks in which mode, whatever the kind. */
const KINDS: readonly ((plan: Plan, streams: Streams) => Plan)[] = [
  contendedSometimes,
  unsettledSometimes,
  rewritingSometimes,
  partialSometimes,
  stagedSometimes,
  mergingSometimes,
];

/** The plan of a seed's run. */
export function planOf(streams: Streams): Plan {
  let plan = drawPlan(streams);
  for (const sometimes of KINDS) plan = sometimes(plan, streams);
  return plan;
}

/** What a seed's run is about. */
export function kindOf(seed: number): RunKind {
  const { drama, isContended, isUnsettled, isRewriting, isPartial } = planOf(new Streams(seed));
  if (drama !== undefined) return drama;
  if (isContended) return "contended";
  if (isUnsettled) return "unsettled";
  if (isPartial) return "partial";
  return isRewriting ? "rewriting" : "anything";
}
