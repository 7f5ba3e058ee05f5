import type { Ledger } from "./ledger.ts";
import type { Network } from "./network.ts";
import type { Plan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import type { Trace } from "./trace.ts";
import type { VirtualClock } from "./clock.ts";

/** What all parts of one run share. */
export interface World {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly trace: Trace;
}
