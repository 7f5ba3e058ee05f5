import type { FaultName } from "./fault-names.ts";
import { IDS, type Plan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import type { Streams } from "./streams.ts";

/** What leaves a deletion and its successors where they are, and lets some hear of them before others. */
const BESIDE_THE_ABSENCE: readonly FaultName[] = [
  "crash",
  "power-cut",
  "broken-connection",
  "replaced-connection",
  "stalled-connection",
  "delayed-connection",
  "partial-partition",
];

/** The share of runs that are about ids which are written again. */
const REWRITING = 0.08;
/** The slowest of these rooms has enrolled its voters by then, and everybody has reported. */
const WARM_UP_MS = 15_000;

/** The plan of a run about ids that are written again, for some of the seeds that are of no other kind; as it is for the others. */
export function rewritingSometimes(plan: Plan, streams: Streams): Plan {
  const isOfOtherKind = plan.isContended || plan.isUnsettled;
  return streams.of("plan isRewriting").chance(REWRITING) && !isOfOtherKind ? rewriting(plan, streams) : plan;
}

/**
 * A run about what a delete leaves behind (C4, C9): a machine is away for weeks with what is deleted meanwhile, the one that has deleted it
 * collects that and writes the id again (`rewriting.ts`), and who still holds the delete is often the first that the returning one meets.
 */
function rewriting(plan: Plan, streams: Streams): Plan {
  const of = (field: keyof Plan): SeededRandom => streams.of(`rewriting plan ${field}`);
  const machines = of("machines").pick([3, 4, 4, 4]);
  return {
    ...plan,
    isRewriting: true,
    machines,
    devices: Array.from({ length: machines }, (_, i) => i),
    // One less than machines, so that somebody can take the place of the one that is away.
    replicationFactor: of("replicationFactor").integer(1, machines - 1),
    ids: IDS.slice(0, of("ids").integer(2, 4)),
    apart: "together",
    actions: of("actions").integer(40, 60),
    pauseMs: 1200,
    warmUpMs: WARM_UP_MS,
    faultChance: 0.25,
    faults: ["long-absence", ...of("faults").shuffled(BESIDE_THE_ABSENCE).slice(0, of("faults").integer(0, 2))],
    diskMaxMs: of("diskMaxMs").pick([0.5, 5, 60]),
    voterSwapMs: 2000,
    // Where no majority is left that could, the others go on by themselves.
    voterExpiryMs: 5000,
    reconfigures: false,
  };
}
