import type { CausalContext } from "./causal-context.ts";
import type { ConnectionPath } from "./connection-path.ts";
import type { ConsistencyLevel, QuorumLevel } from "./consistency-level.ts";
import type { DeviceId, NodeId } from "./node-id.ts";
import type { Dot } from "./dot.ts";
import type { JsonObject, Signature, StoredVersion } from "./version.ts";
import type { Edit } from "./entry-document.ts";
import type { EphemeralEvent } from "./ephemeral-channel.ts";
import type { LinkId } from "./peer.ts";
import type { Message } from "./messages.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { ReplicationError } from "./replication-error.ts";
import type { SessionToken } from "./session-token.ts";
import type { StoreBatch } from "./store-layout.ts";

/** Names a caller's pending operation, so that its outcome finds it. */
export type OperationId = number;

export type LocalItem =
  | { readonly kind: "put"; readonly id: string; readonly vector: Float32Array; readonly metadata: JsonObject }
  /** In a room of documents. Without a vector the entry keeps its own. */
  | { readonly kind: "edit"; readonly id: string; readonly vector: Float32Array | undefined; readonly edit: Edit }
  /** With `of`, only where these are all that lives of it when the transaction is put together. */
  | { readonly kind: "delete"; readonly id: string; readonly of?: readonly Dot[] };

/** What a write resolves to. */
export interface WriteReceipt {
  /** The names of the writes made; fewer than asked for where a deleted id was not there. */
  readonly dots: readonly Dot[];
  /** The voters counted; at `one` this store alone. */
  readonly acks: readonly NodeId[];
  readonly required: number;
  readonly lineage: string;
  readonly epoch: number;
  /** Whether the writes took effect in one order with all ordered writes and quorum reads of their ids in this lineage (Q9). */
  readonly ordered: boolean;
  /** Shown to `get` as `after`, it gives these writes, or what replaced them, on any replica. */
  readonly session: SessionToken;
}

/** What a repair did, in versions. */
export interface SyncReport {
  /** Gained from the peer, and by it. */
  readonly received: number;
  readonly sent: number;
  /** Held here though the peer knew them to be gone, and so dropped; and the same at the peer. */
  readonly dropped: number;
  readonly droppedByPeer: number;
}

/** Everything that can happen to a replica. */
export type Input =
  | { readonly type: "wake" }
  | {
      readonly type: "write";
      readonly op: OperationId;
      readonly items: readonly LocalItem[];
      readonly level: ConsistencyLevel;
      /** Reads first (Q9); not at `one`. */
      readonly ordered: boolean;
      readonly deadline: number;
    }
  | {
      readonly type: "read";
      readonly op: OperationId;
      readonly ids: readonly string[];
      readonly level: QuorumLevel;
      readonly deadline: number;
    }
  | {
      readonly type: "await-session";
      readonly op: OperationId;
      readonly dots: CausalContext;
      readonly deadline: number;
    }
  | {
      readonly type: "confirm";
      readonly op: OperationId;
      readonly dots: readonly Dot[];
      readonly level: ConsistencyLevel;
      readonly deadline: number;
    }
  | {
      readonly type: "reconfigure";
      readonly op: OperationId;
      readonly change: "add" | "remove";
      readonly nodeId: NodeId;
      readonly deadline: number;
    }
  | { readonly type: "force-sync"; readonly op: OperationId; readonly nodeId: NodeId; readonly deadline: number }
  | { readonly type: "abandon"; readonly op: OperationId }
  | { readonly type: "link-up"; readonly link: LinkId; readonly claims: NodeId }
  | { readonly type: "link-down"; readonly link: LinkId }
  | { readonly type: "message"; readonly link: LinkId; readonly message: Message }
  | { readonly type: "committed" }
  | { readonly type: "commit-failed"; readonly error: Error }
  | { readonly type: "loaded"; readonly load: number; readonly versions: readonly (StoredVersion | undefined)[] }
  /** These records of the store were found damaged or missing. `op`: of whoever waits until they are gone. */
  | { readonly type: "damaged"; readonly op: OperationId | undefined; readonly dots: readonly Dot[] }
  /** The answer to `pause`. */
  | { readonly type: "go-on" }
  /** The answers to `sign`; the signatures are in its order. */
  | { readonly type: "signed"; readonly signatures: readonly Signature[] }
  | { readonly type: "sign-failed"; readonly error: Error }
  | { readonly type: "new-identity"; readonly op: OperationId; readonly nodeId: NodeId }
  /** Ephemeral messages are wanted here from now on (T12). */
  | { readonly type: "open-channels" }
  /** To everybody, or to one neighbour alone. */
  | { readonly type: "say"; readonly channel: string; readonly bytes: Uint8Array; readonly to: NodeId | undefined };

/** Everything that a replica asks of the world. Effects are carried out in order. */
export type Effect =
  | { readonly type: "send"; readonly link: LinkId; readonly message: Message }
  | { readonly type: "close"; readonly link: LinkId; readonly reason: string }
  /** Connections to these matter most (T7). */
  | { readonly type: "prefer"; readonly nodeIds: ReadonlySet<NodeId> }
  /** Answered by `committed` or `commit-failed`; at most one is under way. */
  | { readonly type: "commit"; readonly batch: StoreBatch; readonly strict: boolean }
  /** Answered by `loaded`. */
  | { readonly type: "load"; readonly load: number; readonly keys: readonly string[] }
  /** Answered by `go-on`, in a task of its own: there is more to do than one should (P6). At most one is under way. */
  | { readonly type: "pause" }
  /** Answered by `signed` or `sign-failed`: own writes, whose transaction waits for it (C10). At most one is under way, and no `pause` then. */
  | { readonly type: "sign"; readonly versions: readonly StoredVersion[] }
  | { readonly type: "settle"; readonly op: OperationId; readonly outcome: Outcome }
  /** The visible state of these ids may have changed. */
  | { readonly type: "changed"; readonly ids: ReadonlySet<string> }
  | { readonly type: "heard"; readonly event: EphemeralEvent }
  | { readonly type: "notice"; readonly notice: Notice };

export type Outcome =
  | { readonly kind: "receipt"; readonly receipt: WriteReceipt }
  | { readonly kind: "sync-report"; readonly report: SyncReport }
  /** What the ids that were read consist of: all siblings, as a quorum holds them now. */
  | { readonly kind: "versions"; readonly versions: readonly StoredVersion[] }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: Error };

export type ReplicaStatus = "healthy" | "lagging" | "recovering" | "offline";

/** What a replica has to tell its user, beside outcomes. */
export type Notice =
  | { readonly type: "synced"; readonly nodeId: NodeId; readonly entries: number }
  | { readonly type: "conflict"; readonly id: string }
  | { readonly type: "replica"; readonly nodeId: NodeId; readonly status: ReplicaStatus }
  | { readonly type: "quorum"; readonly available: boolean }
  | { readonly type: "replicaSet"; readonly record: ReplicaSetRecord }
  | { readonly type: "clockSkew"; readonly nodeId: NodeId }
  | { readonly type: "error"; readonly error: ReplicationError };

export interface ReplicaInfo {
  readonly id: NodeId;
  readonly deviceId: DeviceId | undefined;
  readonly role: "voter" | "learner";
  readonly status: ReplicaStatus;
  /**
   * Milliseconds for which this replica and that one have differed; 0 when their contexts are equal. Left out for a voter that is reached over
   * others (`hops` over 1), which tells its context to its neighbours only.
   */
  readonly lagMs?: number;
  /** Connections on the way to it: 1 for a neighbour, more for a voter that is reached over others. Left out for this replica and while out of reach. */
  readonly hops?: number;
  /** When a sync with it last ended, or it was last seen to be equal: milliseconds since 1970. */
  readonly lastSyncAt?: number;
  /** How this replica reaches it now: by itself, or through a TURN server. Left out while not connected, and where the transport does not know. */
  readonly path?: ConnectionPath;
}
