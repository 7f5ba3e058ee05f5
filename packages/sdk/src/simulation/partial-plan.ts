import { IDS, type Plan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import type { Streams } from "./streams.ts";

/** The share of runs in which not all may connect to all. */
const PARTIAL = 0.12;

/** The plan of a run in a mesh that is not full, for some of the seeds that are of no other kind; as it is for the others. */
export function partialSometimes(plan: Plan, streams: Streams): Plan {
  const isOfOtherKind = plan.isContended || plan.isUnsettled || plan.isRewriting;
  return streams.of("plan isPartial").chance(PARTIAL) && !isOfOtherKind ? partial(plan, streams) : plan;
}

/**
 * A run about what goes over others (T7): more machines than else, each connected to two or three others of its choice, and voters to each other
 * where they have asked for it. So writes are relayed, and voters asked, over several connections, each of which may fail.
 */
function partial(plan: Plan, streams: Streams): Plan {
  const of = (field: keyof Plan): SeededRandom => streams.of(`partial plan ${field}`);
  const machines = of("machines").integer(5, 8);
  return {
    ...plan,
    isPartial: true,
    machines,
    devices: Array.from({ length: machines }, (_, i) => i),
    ids: IDS.slice(0, of("ids").pick([1, 2, 4])),
    apart: "together",
    actions: of("actions").integer(20, 80),
    // Where a crowd lies and each starves for its lines, a run of so many says nothing more.
    maxBytesPerSecond: Number.POSITIVE_INFINITY,
  };
}
