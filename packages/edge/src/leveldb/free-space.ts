import { statfs } from "node:fs/promises";
import { storageFull } from "./storage-errors.ts";

/**
 * What LevelDB itself needs beside what is written: it rewrites a few tables of 2 MiB at a time before it lets the old ones go, and writes
 * its log (4 MiB) into a table when it opens.
 */
const RESERVED_BYTES: number = 32 * 1024 * 1024;
/** Others fill a disk as well. */
const RECHECK_MS = 1000;

/** Refuses a write while the disk still has room: LevelDB that has run out of it can hardly be opened again, and reads nothing then. */
export class FreeSpace {
  readonly #folder: string;
  #left = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param makesRoom whether it lets something go: then most of the reserve is for it, as it is how room is made.
   * @throws ReplicationError `storage-full`
   */
  async take(bytes: number, makesRoom: boolean): Promise<void> {
    const spare = makesRoom ? 0.75 * RESERVED_BYTES : 0;
    // It goes into the log, and from there into a table, before the log is let go.
    const needed = 2 * bytes;
    if (needed > this.#left + spare || performance.now() - this.#checkedAt > RECHECK_MS) await this.#check();
    if (needed > this.#left + spare) throw storageFull(this.#folder);
    this.#left -= needed;
  }

  async #check(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    this.#left = bavail * bsize - RESERVED_BYTES;
    this.#checkedAt = performance.now();
  }
}
