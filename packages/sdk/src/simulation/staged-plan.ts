import { DRAMAS } from "./staging/drama-names.ts";
import type { FaultName } from "./fault-names.ts";
import { IDS, type Plan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import type { Streams } from "./streams.ts";

/** What a drama can bear beside what it does itself. */
const BESIDE_THE_DRAMA: readonly FaultName[] = [
  "crash",
  "crash-before-ack",
  "broken-connection",
  "replaced-connection",
  "stalled-connection",
  "delayed-connection",
  "frozen-peer",
];

/** The share of runs that are staged, of those that are of no other kind. */
const STAGED = 0.15;
/** The slowest of these rooms has enrolled its voters by then. */
const WARM_UP_MS = 8000;

/** The plan of a staged run, for some of the seeds that are of no other kind; as it is for the others. */
export function stagedSometimes(plan: Plan, streams: Streams): Plan {
  const isOfOtherKind = plan.isContended || plan.isUnsettled || plan.isRewriting || plan.isPartial;
  return streams.of("plan drama").chance(STAGED) && !isOfOtherKind ? staged(plan, streams) : plan;
}

/**
 * A staged run: one drama (`staging`), a few moves by which a rule of the quorum is put to the test and that chance alone seldom brings
 * together. Who plays what, and when, is drawn; beside it users and faults do a little.
 */
function staged(plan: Plan, streams: Streams): Plan {
  const of = (field: keyof Plan): SeededRandom => streams.of(`staged plan ${field}`);
  const machines = of("machines").pick([4, 4, 5]);
  return {
    ...plan,
    drama: of("drama").pick(DRAMAS),
    machines,
    devices: Array.from({ length: machines }, (_, i) => i),
    replicationFactor: 3,
    ids: IDS.slice(0, of("ids").pick([1, 2, 4])),
    apart: "together",
    warmUpMs: WARM_UP_MS,
    actions: of("actions").integer(5, 20),
    pauseMs: of("pauseMs").pick([300, 1200]),
    faultChance: of("faultChance").pick([0, 0, 0.1]),
    faults: of("faults").shuffled(BESIDE_THE_DRAMA).slice(0, 2),
    diskMaxMs: of("diskMaxMs").pick([0.5, 5, 60]),
    latencyMs: of("latencyMs").pick([0.2, 5, 30]),
    jitterMs: of("jitterMs").pick([0.1, 10, 50]),
    slowLines: false,
    clockErrorMs: of("clockErrorMs").pick([0, 2000]),
    timeoutMs: of("timeoutMs").pick([2000, 5000]),
    voterSwapMs: 2000,
    voterExpiryMs: Number.POSITIVE_INFINITY,
    reconfigures: false,
  };
}
