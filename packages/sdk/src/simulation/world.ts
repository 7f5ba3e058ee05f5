import type { CounterWitness } from "./counter-witness.ts";
import type { History } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import type { Network } from "./network.ts";
import type { Plan } from "./plan.ts";
import type { ReplyWitness } from "./reply-witness.ts";
import type { Streams } from "./streams.ts";
import type { Trace } from "./trace.ts";
import type { VirtualClock } from "./clock.ts";

/** What all parts of one run share. */
export interface World {
  readonly clock: VirtualClock;
  readonly streams: Streams;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly witness: ReplyWitness;
  readonly counters: CounterWitness;
  readonly history: History;
  readonly plan: Plan;
  readonly trace: Trace;
}
