import { type ReplicationConfig } from "./replicator/config.ts";
import { indexedDbStorage } from "./adapters/indexeddb/indexeddb-storage.ts";
import type { JsonObject } from "./core/version.ts";
import { generateIdentity, type Identity } from "./replicator/identity.ts";
import { openReplicator } from "./replicator/open-replicator.ts";
import { ReplicatorBase } from "./replicator/replicator.ts";
import { systemRuntime } from "./adapters/system-runtime.ts";
import { webrtcTransport } from "./adapters/webrtc/webrtc-transport.ts";

/** A replica of a room, stored in IndexedDB and connected by WebRTC unless the configuration says otherwise. */
export class Replicator<M extends JsonObject = JsonObject, D = unknown> extends ReplicatorBase<M, D> {
  /**
   * Opens the store; no network yet.
   * @throws ReplicationError `invalid-config`, `insecure-context`, `unsupported-platform`, `replica-in-use`, `storage-corrupt`, `room-mismatch`
   */
  static async create<M extends JsonObject = JsonObject, D = unknown>(
    config: ReplicationConfig<M, D>,
  ): Promise<Replicator<M, D>> {
    const runtime = systemRuntime();
    const { signaling, token, iceServers, iceTransportPolicy, relay, maxPeers } = config;
    return new Replicator<M, D>(
      await openReplicator(config, {
        storage: () => indexedDbStorage(),
        transport: () =>
          webrtcTransport({ signaling, token, iceServers, iceTransportPolicy, relay, maxPeers, runtime }),
        runtime,
      }),
    );
  }
}

/**
 * A new author, for `identity`. The private key cannot be read out of the platform; to be the same author after a reload, keep the pair in
 * IndexedDB, which stores CryptoKeys as they are.
 * @throws ReplicationError `insecure-context`, `unsupported-platform`
 */
export function createIdentity(): Promise<Identity> {
  return generateIdentity(systemRuntime().subtle);
}

export type { ConnectionPath } from "./core/connection-path.ts";
export type { ConsistencyLevel } from "./core/consistency-level.ts";
export type { ReplicaInfo, ReplicaStatus, SyncReport, WriteReceipt } from "./core/effects.ts";
export {
  type ConflictResolution,
  custom,
  lastWriteWins,
  type Resolved,
  vectorClock,
  type Version,
} from "./core/conflict-resolution.ts";
export type {
  DocumentHost,
  DocumentModel,
  Edit,
  EditorClaim,
  EditOutcome,
  OpenedDocument,
} from "./core/entry-document.ts";
export type { EphemeralChannel, EphemeralListener } from "./core/ephemeral-channel.ts";
export type { Shelf, ShelfItem, ShelvedItem } from "./core/shelf.ts";
export type { Dot } from "./core/dot.ts";
export type { Author, DeviceId, NodeId, Origin } from "./core/node-id.ts";
export {
  type ErrorCode,
  type ErrorFacts,
  isReplicationError,
  type ReplicationError,
  type ReplicationErrorOf,
  replicationError,
} from "./core/replication-error.ts";
export type { SessionToken } from "./core/session-token.ts";
export type { JsonObject, JsonValue } from "./core/version.ts";
export type { ReadOptions, WriteOptions } from "./replicator/call-options.ts";
export type { AuthoredEntry, Authorize, Identity } from "./replicator/identity.ts";
export type { ReplicationConfig } from "./replicator/config.ts";
export type { ChangeEvent, ChangesReset, Checkpoint } from "./replicator/change-feed.ts";
export type { EventOf, EventType, ReplicationEvent } from "./replicator/events.ts";
export type { Metric, SearchHit, SearchOptions } from "./replicator/flat-search.ts";
export type { StoredEntry } from "./replicator/entry-reader.ts";
export type { VectorEntry } from "./replicator/local-items.ts";
export type { TrafficStats } from "./replicator/traffic.ts";
export type { CommitBatch, Durability, StorageAdapter, Store } from "./ports/storage.ts";
export type {
  Connection,
  Priority,
  TransportAdapter,
  TransportEvents,
  TransportIdentity,
  TransportSession,
} from "./ports/transport.ts";
