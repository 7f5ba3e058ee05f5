import type { FaultName } from "./fault-names.ts";
import { IDS, type Plan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import type { Streams } from "./streams.ts";

/** What loses a store ends the promises about what was read (`read-oracles.ts`), and a liar's writes say what they like. */
const KEEPS_STORES: ReadonlySet<FaultName> = new Set([
  "crash",
  "power-cut",
  "crash-before-ack",
  "broken-connection",
  "cut-in-flight",
  "replaced-connection",
  "one-way-loss",
  "stalled-connection",
  "delayed-connection",
  "partition",
  "partial-partition",
  "frozen-peer",
  "clock-jump",
  "concurrent-reconfiguration",
]);

/** The share of runs that are about order. */
const CONTENDED = 0.15;
/** The slowest of these rooms has enrolled its voters by then. */
const WARM_UP_MS = 20_000;

/** The plan of a run about order, for some of the seeds; as it is for the others. */
export function contendedSometimes(plan: Plan, streams: Streams): Plan {
  return streams.of("plan isContended").chance(CONTENDED) ? contended(plan, streams) : plan;
}

/**
 * A run about order (Q9): users who call one after another on one or two ids, clocks that are wrong by more than they need for a call, and
 * writes that come later than what is said of them. A replica then answers and writes before it has seen what was acknowledged elsewhere,
 * at a stamp that loses against it: only what is asked of the voters keeps the order.
 */
function contended(plan: Plan, streams: Streams): Plan {
  const of = (field: keyof Plan): SeededRandom => streams.of(`contended plan ${field}`);
  return {
    ...plan,
    isContended: true,
    machines: Math.max(3, plan.machines),
    devices: Array.from({ length: Math.max(3, plan.machines) }, (_, i) => i),
    replicationFactor: of("replicationFactor").pick([2, 3, 3]),
    mode: of("mode").pick(["last-write-wins", "vector-clock"] as const),
    ids: IDS.slice(0, of("ids").pick([1, 4, 12])),
    apart: "together",
    actions: of("actions").integer(15, 40),
    warmUpMs: WARM_UP_MS,
    pauseMs: of("pauseMs").pick([100, 500, 2000]),
    diskMaxMs: of("diskMaxMs").pick([0.5, 5, 60]),
    faultChance: Math.min(plan.faultChance, 0.15),
    faults: plan.faults.filter((fault) => KEEPS_STORES.has(fault)),
    clockErrorMs: of("clockErrorMs").pick([2000, 60_000, 400_000, 3e10]),
    lateWritesMs: of("lateWritesMs").pick([500, 2000, 4000]),
    timeoutMs: of("timeoutMs").pick([2000, 5000]),
    slowLines: false,
    reconfigures: of("reconfigures").chance(0.6),
  };
}
