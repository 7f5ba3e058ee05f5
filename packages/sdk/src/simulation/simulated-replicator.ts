import { type Defaults, openReplicator } from "../replicator/open-replicator.ts";
import type { ReplicationConfig } from "../replicator/config.ts";
import { ReplicatorBase } from "../replicator/replicator.ts";

/** The real replicator, over simulated ports. */
export class SimulatedReplicator extends ReplicatorBase {
  static async open(config: ReplicationConfig, defaults: Defaults): Promise<SimulatedReplicator> {
    return new SimulatedReplicator(await openReplicator(config, defaults));
  }
}
