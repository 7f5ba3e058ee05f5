import type { FaultName } from "./fault-names.ts";
import type { Plan } from "./plan.ts";
import type { Streams } from "./streams.ts";

/** Those that meet a change of the voters half-way; which of them a run has is drawn as in any other. */
const FAULTS_OF_CHANGE: readonly FaultName[] = [
  "crash",
  "crash-before-ack",
  "cut-in-flight",
  "partition",
  "partial-partition",
  "stalled-connection",
  "starved-machine",
  "restored-backup",
  "concurrent-reconfiguration",
  "struck-decision",
];

/** Without these, little else would come of the changes. */
const ALWAYS: ReadonlySet<FaultName> = new Set(["struck-decision", "partial-partition", "concurrent-reconfiguration"]);

/** The share of runs that are about changes of the voters, of those that are not about order. */
const UNSETTLED = 0.2;

/** The plan of a run of changes, for some of the seeds; as it is for the others. */
export function unsettledSometimes(plan: Plan, streams: Streams): Plan {
  return streams.of("plan isUnsettled").chance(UNSETTLED) && !plan.isContended ? unsettled(plan, streams) : plan;
}

/**
 * A run in which the voters change all the time, amid writes: users add and remove replicas, often two at once, and processes die and
 * connections break at the moments of a decision (`struck-decision`). Elsewhere a set changes a few times in a run, mostly while nothing
 * else happens, and what an epoch's end must carry over has long been everywhere.
 */
function unsettled(plan: Plan, streams: Streams): Plan {
  const random = streams.of("unsettled plan");
  const machines = random.integer(4, 5);
  return {
    ...plan,
    isUnsettled: true,
    machines,
    devices: Array.from({ length: machines }, (_, i) => i),
    replicationFactor: random.pick([2, 3, 3, 3]),
    ids: plan.ids.slice(0, 2),
    apart: random.pick(["together", "together", "in halves"] as const),
    warmUpMs: 8000,
    actions: random.integer(80, 200),
    pauseMs: random.pick([100, 250, 500]),
    faultChance: random.pick([0.05, 0.1, 0.2]),
    faults: FAULTS_OF_CHANGE.filter((fault) => ALWAYS.has(fault) || random.chance(0.4)),
    diskMaxMs: random.pick([5, 20, 60]),
    latencyMs: random.pick([0.2, 5, 30]),
    jitterMs: random.pick([0.1, 10, 50]),
    slowLines: false,
    timeoutMs: random.pick([2000, 5000]),
    voterSwapMs: random.pick([2000, 2000, 15_000]),
    voterExpiryMs: Number.POSITIVE_INFINITY,
    reconfigures: true,
  };
}
