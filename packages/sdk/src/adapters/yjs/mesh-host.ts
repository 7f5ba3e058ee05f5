import type { EphemeralChannel } from "../../core/ephemeral-channel.ts";
import type { NodeId } from "../../core/node-id.ts";
import type { ReplicaStatus } from "../../core/effects.ts";
import type { ReplicationError } from "../../core/replication-error.ts";
import type { Shelf } from "../../core/shelf.ts";

export interface HostReplica {
  readonly id: NodeId;
  readonly status: ReplicaStatus;
}

/** What a shared document needs of a replicator. */
export interface MeshHost {
  readonly nodeId: NodeId;
  channel(name: string): EphemeralChannel;
  shelf(name: string): Shelf;
  /** This replica first. */
  replicas(): Promise<readonly HostReplica[]>;
  onReplica(listener: (nodeId: NodeId, status: ReplicaStatus) => void): () => void;
  onError(listener: (error: ReplicationError) => void): () => void;
}
