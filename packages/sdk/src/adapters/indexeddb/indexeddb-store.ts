import type { DeviceId } from "../../core/node-id.ts";
import { isReplicationError, replicationError } from "../../core/replication-error.ts";
import type { CommitBatch, Durability, Store } from "../../ports/storage.ts";
import { nextChunkPairs } from "./scan-chunks.ts";
import { storageError } from "./storage-errors.ts";
import type { StoreConnection } from "./store-connection.ts";
import { writeInSteps } from "./write-steps.ts";
import type { StoreLock } from "./store-lock.ts";

/** Behind every key: keys are ASCII. */
const LAST_KEY = "\uffff";

export interface StoreParts {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  readonly connection: StoreConnection;
  readonly lock: StoreLock;
  /** Deletes the data and takes the store off the list, once the connection is closed. */
  readonly remove: () => Promise<void>;
}

export class IndexedDbStore implements Store {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  readonly #parts: StoreParts;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #lostListeners: ((error: Error) => void)[] = [];
  #lost: Error | undefined;
  #ending: Promise<void> | undefined;
  #erasing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.replicaName = parts.replicaName;
    this.deviceId = parts.deviceId;
    void parts.connection.lost.then((error) => this.#lose(error));
    void parts.lock.stolen.then(() => this.#lose(stolen(parts.replicaName)));
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const requests = await this.#read((entries) => keys.map((key) => entries.get(key) as IDBRequest<unknown>));
    return requests.map(({ result }) => (result === undefined ? undefined : bytesOf(result)));
  }

  async *scan(prefix: string): AsyncGenerator<(readonly [string, Uint8Array])[], void> {
    const end = prefix + LAST_KEY;
    let range = IDBKeyRange.bound(prefix, end);
    let count = nextChunkPairs();
    while (true) {
      const chunk = await this.#readChunk(range, count);
      const last = chunk.at(-1);
      if (last === undefined) return;
      yield chunk;
      if (chunk.length < count) return;
      range = IDBKeyRange.bound(last[0], end, true);
      count = nextChunkPairs(chunk.map(([, value]) => value));
    }
  }

  async commit({ puts, deletes }: CommitBatch, durability: Durability): Promise<void> {
    this.#mustBeOpen();
    // A slice is the caller's bytes as of now; a view would take its whole buffer into the database (D3).
    const copies = puts.map(([key, value]) => [key, value.slice()] as const);
    const leaving = [...deletes];
    try {
      await this.#track(
        this.#parts.connection.transact("readwrite", durability, (entries) => {
          writeInSteps(entries, copies, leaving);
        }),
      );
    } catch (cause) {
      const error = storageError(cause, "write to this replica's store");
      // Any other failure than a full disk, say the browser closing the connection, may hide a commit that was made:
      // whoever went on from here could use a dot twice (C2). Opening the store again tells what it holds.
      if (!isFull(error)) this.#lose(error);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async erase(): Promise<void> {
    if (this.#erasing === undefined) {
      this.#mustBeOpen();
      this.#erasing = this.#end(this.#parts.remove);
      this.#ending = this.#erasing;
    }
    await this.#erasing;
  }

  onLost(listener: (error: Error) => void): void {
    const lost = this.#lost;
    if (lost === undefined) this.#lostListeners.push(listener);
    else queueMicrotask(() => listener(lost));
  }

  /** Closes because of what happened outside, and tells. */
  #lose(error: Error): void {
    if (this.#ending !== undefined) return;
    this.#lost = error;
    // The error that matters is told; closing a connection and releasing a lock have none of their own.
    void this.close();
    for (const listener of this.#lostListeners) listener(error);
  }

  async #end(remove?: () => Promise<void>): Promise<void> {
    try {
      await Promise.allSettled(this.#underWay);
      this.#parts.connection.close();
      await remove?.();
    } finally {
      await this.#parts.lock.release();
    }
  }

  async #readChunk(range: IDBKeyRange, count: number): Promise<(readonly [string, Uint8Array])[]> {
    const [keys, values] = await this.#read(
      (entries) => [entries.getAllKeys(range, count), entries.getAll(range, count) as IDBRequest<unknown[]>] as const,
    );
    return values.result.map((value, i) => [keys.result[i] as string, bytesOf(value)] as const);
  }

  async #read<T>(ask: (entries: IDBObjectStore) => T): Promise<T> {
    this.#mustBeOpen();
    try {
      return await this.#track(this.#parts.connection.transact("readonly", "relaxed", ask));
    } catch (cause) {
      throw storageError(cause, "read this replica's store");
    }
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #mustBeOpen(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#ending === undefined) return;
    throw replicationError("closed", `The replica "${this.replicaName}" is closed. Open it again to use it.`, {});
  }
}

function stolen(replicaName: string): Error {
  return replicationError("replica-in-use", `Another page took the replica "${replicaName}" over by force.`, {
    replicaName,
  });
}

function isFull(error: Error): boolean {
  return isReplicationError(error) && error.code === "storage-full";
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw replicationError(
    "storage-corrupt",
    "This replica's store holds something that vecmesh did not write. Clear this site's data and the replica fetches everything from its peers.",
    {},
  );
}
