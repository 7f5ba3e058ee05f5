import { type Defaults, openReplicator } from "../replicator/open-replicator.ts";
import type { ReplicationConfig } from "../replicator/config.ts";
import { ReplicatorBase } from "../replicator/replicator.ts";

/** The real replicator, over simulated ports. */
export class SimulatedReplicator extends ReplicatorBase {
  /** @param voterSwapMs nobody configures that; a run of minutes would else see no voter swapped (Q7a) */
  static async open(config: ReplicationConfig, defaults: Defaults, voterSwapMs: number): Promise<SimulatedReplicator> {
    const parts = await openReplicator(config, defaults);
    return new SimulatedReplicator({ ...parts, settings: { ...parts.settings, voterSwapMs } });
  }
}
