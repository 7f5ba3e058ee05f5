import { VOTER_SWAP_MS } from "../core/environment.ts";
import type { Mode } from "./resolver.ts";
import type { SeededRandom } from "./random.ts";
import type { Streams } from "./streams.ts";
import type { DramaName } from "./staging/drama-names.ts";
import { FAULTS, type FaultName } from "./fault-names.ts";

/** What kind of run a seed gives: drawn first, so that runs differ in kind and not only in detail. */
export interface Plan {
  readonly machines: number;
  /** Which device each machine's store says it is on. */
  readonly devices: readonly number[];
  readonly replicationFactor: number;
  readonly distinctDevices: boolean;
  readonly mode: Mode;
  readonly ids: readonly string[];
  /** Whether all meet at once, each replica founds its room alone and they meet later, or two halves each form a set first. */
  readonly apart: "together" | "alone" | "in halves";
  readonly actions: number;
  /** Between two actions, milliseconds on average. */
  readonly pauseMs: number;
  readonly faultChance: number;
  /** The faults of this run: few at a time reach deeper than all at once (swarm testing, Groce et al. 2012). */
  readonly faults: readonly FaultName[];
  /** How far each machine's wall clock may be from true time at first: 0 lets writes be stamped alike. */
  readonly clockErrorMs: number;
  readonly diskMaxMs: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly slowLines: boolean;
  readonly syncIntervalMs: number;
  readonly timeoutMs: number;
  readonly batchSize: number;
  readonly maxBytesPerSecond: number;
  readonly compression: boolean;
  /** After how long a voter that cannot be reached is swapped (Q7a), and survivors go on without a lost majority (Q7c). */
  readonly voterSwapMs: number;
  readonly voterExpiryMs: number;
  /** Whether voters are added and removed by hand. */
  readonly reconfigures: boolean;
  /** Whether it is about changes of the voters (`unsettled-plan.ts`). */
  readonly isUnsettled: boolean;
  /** Whether it is about the order of what is read and written (`contended-plan.ts`). */
  readonly isContended: boolean;
  /** Whether it is about ids that are deleted, collected and written again (`rewriting-plan.ts`). */
  readonly isRewriting: boolean;
  /** Whether not all may connect to all (`partial-plan.ts`). */
  readonly isPartial: boolean;
  /** What it stages, if it is about that (`staged-plan.ts`). */
  readonly drama: DramaName | undefined;
  /** How much longer than an answer a write may take to a peer, milliseconds. */
  readonly lateWritesMs: number;
  /** Before the first action and the first fault, so that there are voters to ask. */
  readonly warmUpMs: number;
}

export const IDS: readonly string[] = ["x", "y", "z", "a", "b", "c", "d", "e", "f", "g", "h", "i"];

export function drawPlan(streams: Streams): Plan {
  const of = (field: keyof Plan): SeededRandom => streams.of(`plan ${field}`);
  const machines = of("machines").integer(2, 5);
  const sharedDevice = of("devices").chance(0.2);
  return {
    machines,
    devices: Array.from({ length: machines }, (_, i) => (sharedDevice ? Math.floor(i / 2) : i)),
    replicationFactor: of("replicationFactor").integer(1, 3),
    distinctDevices: of("distinctDevices").chance(0.7),
    mode: of("mode").pick(["last-write-wins", "vector-clock", "custom"] as const),
    ids: IDS.slice(0, of("ids").pick([1, 2, 4, 12])),
    apart: of("apart").chance(0.3) ? "alone" : "together",
    actions: of("actions").integer(20, 140),
    pauseMs: of("pauseMs").pick([3, 30, 200, 1200]),
    faultChance: of("faultChance").pick([0, 0.05, 0.15, 0.35]),
    faults: FAULTS.filter((fault) => streams.of(`plan ${fault}`).chance(0.4)),
    clockErrorMs: of("clockErrorMs").pick([0, 20, 2000]),
    diskMaxMs: of("diskMaxMs").pick([0.5, 5, 60, 400]),
    latencyMs: of("latencyMs").pick([0.2, 5, 80]),
    jitterMs: of("jitterMs").pick([0.1, 10, 150]),
    slowLines: of("slowLines").chance(0.2),
    syncIntervalMs: of("syncIntervalMs").pick([20, 100, 700]),
    timeoutMs: of("timeoutMs").pick([300, 2000, 5000]),
    batchSize: of("batchSize").pick([1, 2, 5, 1000]),
    maxBytesPerSecond: of("maxBytesPerSecond").chance(0.15) ? 20_000 : Number.POSITIVE_INFINITY,
    compression: of("compression").chance(0.5),
    voterSwapMs: of("voterSwapMs").pick([VOTER_SWAP_MS, 15_000, 2000]),
    voterExpiryMs: of("voterExpiryMs").pick([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 30_000, 5000]),
    reconfigures: of("reconfigures").chance(0.1),
    isUnsettled: false,
    isContended: false,
    isRewriting: false,
    isPartial: false,
    drama: undefined,
    lateWritesMs: 0,
    warmUpMs: 0,
  };
}
