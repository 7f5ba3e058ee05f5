import type { DeviceId } from "../core/node-id.ts";

/**
 * Opens stores. One store per (origin, room, replicaName), held exclusively by who opened it (D1).
 */
export interface StorageAdapter {
  /**
   * Opens or creates a store and takes its lock. `replicaName` `'auto'` takes the first free one of this
   * origin's stores for the room, creating one when all are held.
   * @throws ReplicationError `replica-in-use` when the named store is open elsewhere; `insecure-context` where the
   * platform has no locks; `storage-corrupt` when the store cannot be opened.
   */
  open(request: { readonly room: string; readonly replicaName: string }): Promise<Store>;
}

/** `strict`: on disk when the promise resolves. `relaxed`: may be lost by a power cut, wholly or not at all. */
export type Durability = "strict" | "relaxed";

export interface CommitBatch {
  readonly puts: readonly (readonly [key: string, value: Uint8Array])[];
  readonly deletes: readonly string[];
}

/**
 * An ordered map from string keys (ordered by UTF-16 code units) to bytes, with atomic batches. Keys are ASCII and
 * at most 128 characters long. What is put is copied before `commit` returns its promise; what is read belongs to the reader.
 */
export interface Store {
  /** The name this store was opened by; the one taken when 'auto' was asked for. */
  readonly replicaName: string;
  /** The identity that all stores of this browser profile or machine share. */
  readonly deviceId: DeviceId;
  /**
   * How many of the latest strict commits it is known to have lost, say because its log was cut off: the replicator then claims no more than what is
   * here (S1). Left out where an adapter cannot tell.
   */
  readonly lostCommits?: number;
  /** The values of these keys, in order; `undefined` where there is none. All are read at one moment. */
  get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /**
   * All pairs whose key starts with `prefix`, in key order, in chunks of a size the adapter chooses. Not one moment:
   * a pair that is written meanwhile may be seen as it was, as it is or not at all; every other is seen once.
   */
  scan(prefix: string): AsyncIterable<readonly (readonly [key: string, value: Uint8Array])[]>;
  /**
   * Puts and deletes, all or nothing. Commits take effect in the order of their calls. No key is both put and deleted.
   * @throws ReplicationError `storage-full` or `storage-corrupt`; then nothing of the batch is stored.
   */
  commit(batch: CommitBatch, durability: Durability): Promise<void>;
  /** Finishes the commits under way and releases the lock. Idempotent. */
  close(): Promise<void>;
  /**
   * Closes, then deletes this store's data. The lock is held until that is done. Idempotent, and may be followed by
   * `close`; after `close` it rejects with `closed`, because the store may be somebody else's by then.
   */
  erase(): Promise<void>;
  /** Called once when the store is lost from outside (another version wants it, the browser closed it). */
  onLost(listener: (error: Error) => void): void;
}
