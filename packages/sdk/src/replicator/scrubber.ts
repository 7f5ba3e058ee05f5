import { decodeStored, hashOfStored } from "../core/codec/stored.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import type { Dot } from "../core/dot.ts";
import type { DurableState } from "../core/durable-state.ts";
import type { IndexedVersion } from "../core/held-versions.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";
import { versionKey } from "../core/store-layout.ts";

/** Records looked at in one task: checking one of 384 floats takes some 10 microseconds, so a page never notices (P6). */
export const SCRUB_CHUNK = 100;
/** The whole store about once in this time: bits flip over months, and a device that sleeps most of the day still gets round. */
export const SCRUB_ROUND_MS: number = 60 * 60 * 1000;
/** A store that was small when a step was planned may have filled by now: the round that goes through it begins no later than this. */
export const SCRUB_PAUSE_MS: number = 10 * 60 * 1000;

/**
 * Reads through the store, slowly and without end, and tells of records that are damaged, missing, or not what the index says (S1).
 *
 * Invariant: what it tells may have been replaced meanwhile; the transaction that mends it looks again.
 */
export class Scrubber {
  readonly #state: DurableState;
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #mend: (dots: readonly Dot[]) => Promise<unknown>;
  #round: Iterator<readonly [string, readonly IndexedVersion[]]> | undefined;
  #cancel: (() => void) | undefined;
  #running = false;

  constructor(state: DurableState, store: Store, runtime: Runtime, mend: (dots: readonly Dot[]) => Promise<unknown>) {
    this.#state = state;
    this.#store = store;
    this.#runtime = runtime;
    this.#mend = mend;
  }

  /** Idempotent. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
  }

  #schedule(): void {
    const chunks = Math.max(1, Math.ceil(this.#state.versionCount / SCRUB_CHUNK));
    this.#cancel = this.#runtime.setTimer(() => void this.#step(), Math.min(SCRUB_PAUSE_MS, SCRUB_ROUND_MS / chunks));
  }

  async #step(): Promise<void> {
    const versions = this.#next();
    try {
      const found = await this.#store.get(versions.map((version) => versionKey(version.dot)));
      if (!this.#running) return;
      const damaged = versions.filter((version, i) => !isSound(found[i], version)).map((version) => version.dot);
      if (damaged.length > 0) await this.#mend(damaged);
    } catch {
      // The store is being lost, is busy or takes no change: whoever uses it is told, and the next round finds it again.
    }
    if (this.#running) this.#schedule();
  }

  /** The next ids' versions. The index may change meanwhile; what is skipped is seen in the next round. */
  #next(): IndexedVersion[] {
    this.#round ??= this.#state.all()[Symbol.iterator]();
    const versions: IndexedVersion[] = [];
    while (versions.length < SCRUB_CHUNK) {
      const next = this.#round.next();
      if (next.done === true) {
        this.#round = undefined;
        break;
      }
      versions.push(...next.value[1]);
    }
    return versions;
  }
}

function isSound(bytes: Uint8Array | undefined, indexed: IndexedVersion): boolean {
  if (bytes === undefined) return false;
  try {
    decodeStored(bytes);
    return hashOfStored(bytes) === indexed.hash;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
