import type { ChangeEvent, ChangesReset } from "@vecmesh/sdk";

export type Change = ChangeEvent | ChangesReset;

export interface ChangeBatch {
  readonly changes: readonly Change[];
  /** Whether there was nothing more for now. */
  readonly isAll: boolean;
}

/** Changes in one transaction: what a commit costs is little beside them. */
const MAX_CHANGES = 1000;
/** Bytes of vectors and metadata in one transaction, roughly: as text, a vector takes five times as much, and is held twice. */
const MAX_BYTES: number = 4 * 1024 * 1024;
/** For so long a change waits for more to go with it: a commit each would hold up a stream of writes. */
const LINGER_MS = 50;

/** Takes a replica's changes in batches. Nothing is read ahead of them: whoever is slow to take them finds only the newest state of each id. */
export class ChangeBatches {
  readonly #changes: AsyncIterator<Change, unknown>;
  /** Has been asked for, and not been taken. */
  #next: Promise<IteratorResult<Change, unknown>> | undefined;
  #hasEnded = false;

  constructor(changes: AsyncIterator<Change, unknown>) {
    this.#changes = changes;
  }

  /** Resolves when there is something to take, or nothing will be any more. */
  async arrival(): Promise<void> {
    if (!this.#hasEnded) await this.#ask();
  }

  /** What there is, and what comes within a moment. `undefined`: there will be nothing any more. */
  async take(): Promise<ChangeBatch | undefined> {
    const changes: Change[] = [];
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;
    const lingered = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, LINGER_MS, undefined);
    });
    try {
      while (changes.length < MAX_CHANGES && bytes < MAX_BYTES && !this.#hasEnded) {
        const result = await Promise.race([this.#ask(), lingered]);
        if (result === undefined) return { changes, isAll: true };
        this.#next = undefined;
        if (result.done === true) {
          this.#hasEnded = true;
        } else {
          changes.push(result.value);
          bytes += weightOf(result.value);
        }
      }
    } finally {
      clearTimeout(timer);
    }
    return this.#hasEnded && changes.length === 0 ? undefined : { changes, isAll: this.#hasEnded };
  }

  #ask(): Promise<IteratorResult<Change, unknown>> {
    if (this.#next === undefined) {
      this.#next = this.#changes.next();
      // Whoever takes it is told; until then it must not count as unhandled.
      this.#next.catch(() => undefined);
    }
    return this.#next;
  }
}

function weightOf(change: Change): number {
  return change.type === "put" ? change.entry.vector.byteLength + JSON.stringify(change.entry.metadata).length : 0;
}
