import type { Mode } from "./resolver.ts";
import type { SeededRandom } from "./random.ts";
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
  /** Whether each replica founds its room alone, and the first ones meet later. */
  readonly apart: boolean;
  readonly actions: number;
  /** Between two actions, milliseconds on average. */
  readonly pauseMs: number;
  readonly faultChance: number;
  /** The faults of this run: few at a time reach deeper than all at once (swarm testing, Groce et al. 2012). */
  readonly faults: readonly FaultName[];
  readonly diskMaxMs: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly slowLines: boolean;
  readonly syncIntervalMs: number;
  readonly timeoutMs: number;
  readonly batchSize: number;
  readonly maxBytesPerSecond: number;
  readonly compression: boolean;
  /** Whether voters are added and removed by hand: then the founder alone decides, and P1 is not promised (Q6). */
  readonly reconfigures: boolean;
}

export function drawPlan(random: SeededRandom): Plan {
  const machines = random.integer(2, 5);
  const sharedDevice = random.chance(0.2);
  return {
    machines,
    devices: Array.from({ length: machines }, (_, i) => (sharedDevice ? Math.floor(i / 2) : i)),
    replicationFactor: random.integer(1, 3),
    distinctDevices: random.chance(0.7),
    mode: random.pick(["last-write-wins", "vector-clock", "custom"] as const),
    ids: ["x", "y", "z", "a", "b", "c", "d", "e", "f", "g", "h", "i"].slice(0, random.pick([1, 2, 4, 12])),
    apart: random.chance(0.3),
    actions: random.integer(20, 140),
    pauseMs: random.pick([3, 30, 200, 1200]),
    faultChance: random.pick([0, 0.05, 0.15, 0.35]),
    faults: FAULTS.filter(() => random.chance(0.4)),
    diskMaxMs: random.pick([0.5, 5, 60, 400]),
    latencyMs: random.pick([0.2, 5, 80]),
    jitterMs: random.pick([0.1, 10, 150]),
    slowLines: random.chance(0.2),
    syncIntervalMs: random.pick([20, 100, 700]),
    timeoutMs: random.pick([300, 2000, 5000]),
    batchSize: random.pick([1, 2, 5, 1000]),
    maxBytesPerSecond: random.chance(0.15) ? 20_000 : Number.POSITIVE_INFINITY,
    compression: random.chance(0.5),
    reconfigures: random.chance(0.1),
  };
}
