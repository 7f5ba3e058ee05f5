import { type CommitBatch, type DeviceId, type Durability, replicationError, type Store } from "@vecmesh/sdk";
import {
  commitsIn,
  type Level,
  type LevelIterator,
  nextChunk,
  openIterator,
  openLevel,
  readValues,
  writeBatch,
} from "./database.ts";
import type { CommitMark } from "./commit-mark.ts";
import { FreeSpace } from "./free-space.ts";
import { storageError } from "./storage-errors.ts";
import { syncLogs } from "./unsynced-logs.ts";

export interface LevelDbStoreParts {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  /** LevelDB's folder. */
  readonly folder: string;
  readonly level: Level;
  /** As `commitsIn` has found them. */
  readonly commits: number;
  readonly mark: CommitMark;
  /** Takes the store off the list; called while it is locked. */
  readonly forget: () => Promise<void>;
  /** Deletes the files of a database that is closed. */
  readonly destroy: () => Promise<void>;
}

/**
 * A store in LevelDB, which holds it by a lock of the file system's.
 *
 * A failed write leaves LevelDB's log in a state that later writes must not be added to, and may be in the log all the same. So the database is opened
 * anew after it, which brings what the log holds into tables, and the count of commits tells whether the write was made.
 */
export class LevelDbStore implements Store {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  readonly lostCommits: number;
  readonly #parts: LevelDbStoreParts;
  readonly #space: FreeSpace;
  readonly #lostListeners: ((error: Error) => void)[] = [];
  /** `undefined` from a failed write until it could be opened anew. */
  #level: Level | undefined;
  #reopening: Promise<Level> | undefined;
  /** How many commits are known to have been made. */
  #commits: number;
  #hasUnsynced = false;
  /** Commits take effect one after the other. */
  #line: Promise<void> = Promise.resolve();
  #lost: Error | undefined;
  #ending: Promise<void> | undefined;
  #erasing: Promise<void> | undefined;

  constructor(parts: LevelDbStoreParts) {
    this.#parts = parts;
    this.replicaName = parts.replicaName;
    this.deviceId = parts.deviceId;
    this.#level = parts.level;
    this.#commits = parts.commits;
    this.lostCommits = Math.max(0, parts.mark.found - parts.commits);
    this.#space = new FreeSpace(parts.folder);
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#read((level) => readValues(level, keys));
  }

  async *scan(prefix: string): AsyncGenerator<(readonly [string, Uint8Array])[], void> {
    let open: { readonly level: Level; readonly iterator: LevelIterator } | undefined;
    let after: string | undefined;
    try {
      while (true) {
        const chunk = await this.#read((level) => {
          // Of a database that was closed by a failed write, the rest is read from the one that was opened in its place.
          if (open?.level !== level) open = { level, iterator: openIterator(level, prefix, after) };
          return nextChunk(open.iterator);
        });
        const last = chunk.at(-1);
        if (last === undefined) return;
        yield chunk;
        [after] = last;
      }
    } finally {
      await open?.iterator.close();
    }
  }

  async commit({ puts, deletes }: CommitBatch, durability: Durability): Promise<void> {
    this.#mustBeOpen();
    const batch = { puts: copied(puts), deletes: [...deletes] };
    const done = this.#line.then(() => this.#commit(batch, durability === "strict"));
    // Whoever committed hears of the failure; it must not stop those behind it.
    this.#line = done.catch(() => undefined);
    await done;
  }

  close(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async erase(): Promise<void> {
    if (this.#erasing === undefined) {
      this.#mustBeOpen();
      this.#erasing = this.#end(async (level) => {
        // Emptied under the lock: whoever opens it before the files are gone must find nothing.
        await this.#parts.forget();
        await level?.clear();
      }, this.#parts.destroy);
      this.#ending = this.#erasing;
    }
    await this.#erasing;
  }

  onLost(listener: (error: Error) => void): void {
    const lost = this.#lost;
    if (lost === undefined) this.#lostListeners.push(listener);
    else queueMicrotask(() => listener(lost));
  }

  /** Rewrites the database without what was deleted or replaced. */
  async compact(): Promise<void> {
    await this.#read((level) => level.compactRange("", "\uFFFF"));
  }

  async #commit(batch: CommitBatch, strict: boolean): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    const { folder } = this.#parts;
    const doing = "write to this replica's store";
    let level: Level;
    try {
      level = await this.#opened();
      await this.#space.take(sizeOf(batch), batch.deletes.length > 0);
      if (strict && this.#hasUnsynced) await syncLogs(folder);
    } catch (cause) {
      throw storageError(cause, doing, folder);
    }
    try {
      await writeBatch(level, batch, this.#commits + 1, strict);
    } catch (cause) {
      await this.#settleDoubt(storageError(cause, doing, folder));
    }
    this.#commits++;
    this.#hasUnsynced = !strict;
    // What it guards against is rare, and the commit is made: a mark that cannot be set must not say otherwise.
    if (strict) await this.#parts.mark.set(this.#commits).catch(() => undefined);
  }

  /** @throws what the write failed with, if it was not made after all. */
  async #settleDoubt(failure: Error): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    await level?.close();
    const found = await this.#reopen().catch((cause: unknown) => {
      throw storageError(cause, "open this replica's store again", this.#parts.folder);
    });
    if ((await commitsIn(found)) === this.#commits + 1) return;
    if (!isFull(failure)) this.#lose(failure);
    throw failure;
  }

  async #read<T>(read: (level: Level) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    try {
      return await read(await this.#opened());
    } catch (cause) {
      // Closed under it: that is what to say.
      this.#mustBeOpen();
      throw storageError(cause, "read this replica's store", this.#parts.folder);
    }
  }

  async #opened(): Promise<Level> {
    if (this.#level !== undefined) return this.#level;
    const level = await this.#reopen();
    if ((await commitsIn(level)) !== this.#commits) {
      const message = `The store "${this.replicaName}" holds a write that has failed, or has lost one. Open the replica again.`;
      this.#lose(replicationError("storage-corrupt", message, {}));
    }
    this.#mustBeOpen();
    return level;
  }

  #reopen(): Promise<Level> {
    this.#reopening ??= openLevel(this.#parts.folder, "must exist")
      .then((level) => (this.#level = level))
      .finally(() => (this.#reopening = undefined));
    return this.#reopening;
  }

  #lose(error: Error): void {
    if (this.#ending !== undefined) return;
    this.#lost = error;
    for (const listener of this.#lostListeners) listener(error);
    void this.#closeQuietly();
  }

  /** What matters has been told. */
  async #closeQuietly(): Promise<void> {
    await this.close().catch(() => undefined);
  }

  async #end(
    beforeUnlocking?: (level: Level | undefined) => Promise<void>,
    afterwards?: () => Promise<void>,
  ): Promise<void> {
    await this.#line;
    await this.#reopening?.catch(() => undefined);
    const { folder } = this.#parts;
    try {
      try {
        await beforeUnlocking?.(this.#level);
      } finally {
        await this.#level?.close();
        await this.#parts.mark.close();
      }
      await afterwards?.();
    } catch (cause) {
      throw storageError(cause, "close this replica's store", folder);
    }
  }

  #mustBeOpen(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#ending === undefined) return;
    throw replicationError("closed", `The replica "${this.replicaName}" is closed. Open it again to use it.`, {});
  }
}

/** All in one block of memory: one for each value costs more than the copying. */
function copied(puts: CommitBatch["puts"]): CommitBatch["puts"] {
  const block = new Uint8Array(puts.reduce((sum, [, value]) => sum + value.byteLength, 0));
  let end = 0;
  return puts.map(([key, value]) => {
    const begin = end;
    end += value.byteLength;
    block.set(value, begin);
    return [key, block.subarray(begin, end)];
  });
}

function sizeOf({ puts, deletes }: CommitBatch): number {
  let bytes = 0;
  for (const [key, value] of puts) bytes += key.length + value.byteLength;
  for (const key of deletes) bytes += key.length;
  return bytes;
}

function isFull(error: Error): boolean {
  return (error as { code?: unknown }).code === "storage-full";
}
