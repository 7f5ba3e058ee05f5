import { type FileHandle, open } from "node:fs/promises";

/** Decimal digits of the largest safe integer: a mark is written over the one before, in one short write. */
const MARK_LENGTH = 16;

/**
 * How many commits there were at the last strict one, noted beside the database. A log that is cut off, by a file system's repair, say, looks to
 * LevelDB like one whose writing a crash has interrupted: it drops the torn end and says nothing. Since the mark follows a commit that is on the disk,
 * it is never ahead of what a sound database holds; it is not synced itself, so after a power cut it may be behind, and then finds less.
 */
export class CommitMark {
  readonly #file: FileHandle;
  /** What it said when it was opened. */
  readonly found: number;

  private constructor(file: FileHandle, found: number) {
    this.#file = file;
    this.found = found;
  }

  static async open(path: string): Promise<CommitMark> {
    // For reading and writing, made where it is not; never cut off.
    const file = await open(path, "a+").then(async (made) => {
      await made.close();
      return open(path, "r+");
    });
    const text = (await file.readFile("utf8")).slice(0, MARK_LENGTH);
    return new CommitMark(file, /^\d+$/.test(text) ? Number(text) : 0);
  }

  async set(commits: number): Promise<void> {
    await this.#file.write(String(commits).padStart(MARK_LENGTH, "0"), 0);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
