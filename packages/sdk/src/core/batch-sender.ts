import type { CausalContext } from "./causal-context.ts";
import { type Dot, dotKey, sameDot } from "./dot.ts";
import type { IndexedVersion } from "./held-versions.ts";
import type { Environment } from "./environment.ts";
import type { HeldWalk } from "./held-walk.ts";
import { pack } from "./packing.ts";
import { isDominated, type StoredVersion } from "./version.ts";
import { versionKey } from "./store-layout.ts";

/**
 * Float bytes that a batch aims at. Decoding and storing one is a task of the receiving page's, and the first runs in cold code: 300
 * entries of 384 floats took up to 50 ms (P6), these 100 take a third of that, and still cost far more than their transaction.
 */
export const BATCH_BYTES: number = 160 * 1024;
/** What a version costs beside its vector, for estimates: id, dot, context, a small metadata object. */
const ESTIMATED_OVERHEAD_BYTES = 200;
/** Vector length assumed where the room does not fix one: that of common small embedding models. */
const ASSUMED_DIMENSIONS = 384;
/** Batches under way without an acknowledgement: 2 MiB keep the channel busy while the receiver commits, and bound what it buffers. */
export const MAX_UNACKNOWLEDGED_BATCHES = 12;

/** Places that one step looks at to find what a batch takes: more than a batch of small vectors has, and less than a millisecond's work. */
export const MAX_LOOKS_PER_STEP = 1000;

/** What a batch sender reports to. */
export interface BatchOutlet {
  /** Whether a version that the peer lacks is left out after all. */
  leavesOut?(dot: Dot): boolean;
  send(index: number, versions: readonly StoredVersion[]): void;
  /** Every batch is durable at the receiver. `complete`: all that was found has been sent, or what replaced it. */
  done(complete: boolean): void;
}

/**
 * Sends the versions that a walk finds, each as the current siblings of its id as far as a peer's context lacks them, in batches within a
 * window (S3). The walk goes no further than the window asks for: nothing lists all that the peer lacks.
 *
 * Invariant: `done` comes after every batch has been acknowledged, once.
 */
export class BatchSender {
  readonly #env: Environment;
  readonly #theirs: CausalContext;
  readonly #outlet: BatchOutlet;
  readonly #walk: HeldWalk<IndexedVersion>;
  readonly #missed = new Set<string>();
  /** Ids that have had their turn: one with several siblings is found several times. */
  readonly #ids = new Set<string>();
  /** To be read once more, as what is held of their ids by then. */
  #again: IndexedVersion[] = [];
  #complete = true;
  /** Read and packed, and waiting for the window. */
  #packed: StoredVersion[][] = [];
  #loading = false;
  #sentBatches = 0;
  #acknowledged = 0;
  #ended = false;

  constructor(env: Environment, theirs: CausalContext, walk: HeldWalk<IndexedVersion>, outlet: BatchOutlet) {
    this.#env = env;
    this.#theirs = theirs;
    this.#walk = walk;
    this.#outlet = outlet;
  }

  get isOver(): boolean {
    return this.#ended;
  }

  acknowledge(): void {
    if (this.#acknowledged < this.#sentBatches) this.#acknowledged++;
    this.advance();
  }

  /** Does whatever can be done now: the one step that decides. */
  advance(): void {
    if (this.#ended || this.#loading) return;
    while (this.#packed.length > 0 && this.#unacknowledged < MAX_UNACKNOWLEDGED_BATCHES)
      this.#outlet.send(this.#sentBatches++, this.#packed.shift()!);
    if (this.#packed.length > 0) return;
    if (!this.#walk.isOver || this.#again.length > 0) {
      if (this.#unacknowledged < MAX_UNACKNOWLEDGED_BATCHES) this.#loadSome();
    } else if (this.#unacknowledged === 0) {
      this.#ended = true;
      this.#outlet.done(this.#complete);
    }
  }

  #loadSome(): void {
    const perVersion = 4 * (this.#env.state.replicaSet.dimensions ?? ASSUMED_DIMENSIONS) + ESTIMATED_OVERHEAD_BYTES;
    const count = Math.max(1, Math.min(this.#env.config.batchSize, Math.floor(BATCH_BYTES / perVersion)));
    const again = this.#again.splice(0, count);
    this.#noteGone(again);
    const ids = [...new Set(again.map(({ id }) => id)), ...this.#nextIds(count)];
    const lacked = ids.flatMap((id) =>
      this.#env.state.siblings(id).filter((sibling) => !this.#theirs.covers(sibling.dot)),
    );
    this.#loading = true;
    this.#env.load(
      lacked.map((sibling) => versionKey(sibling.dot)),
      (versions) => {
        this.#loading = false;
        const loaded = versions.filter((version) => version !== undefined);
        this.#readAgain(lacked.filter((_, i) => versions[i] === undefined));
        this.#packed = pack(loaded, BATCH_BYTES);
        this.advance();
      },
    );
  }

  /** Up to `count` ids that the walk comes to: perhaps none, though it is not over. */
  #nextIds(count: number): string[] {
    const ids: string[] = [];
    for (let looked = 0; ids.length < count && looked < MAX_LOOKS_PER_STEP && !this.#walk.isOver; looked += count) {
      const found = this.#walk.next(count - ids.length);
      this.#noteGone(found);
      for (const { dot, id } of found) {
        if (this.#ids.has(id) || this.#outlet.leavesOut?.(dot) === true) continue;
        this.#ids.add(id);
        ids.push(id);
      }
    }
    return ids;
  }

  /**
   * What was replaced while it was being read is read again, as what replaced it (S3). What is missing twice is damaged here: the
   * rest is sent without it, and is not complete.
   */
  #readAgain(missing: readonly IndexedVersion[]): void {
    for (const version of missing) {
      if (this.#missed.has(dotKey(version.dot))) this.#complete = false;
      else this.#again.push(version);
      this.#missed.add(dotKey(version.dot));
    }
  }

  /**
   * What was collected, dropped or taken out since the walk's list was made, and replaced by nothing, can be told by no version any more:
   * the peer would come to claim a delete that it never had, and go on showing what it still holds of it (P3).
   */
  #noteGone(found: readonly IndexedVersion[]): void {
    for (const version of found) {
      const siblings = this.#env.state.siblings(version.id);
      if (!siblings.some((held) => sameDot(held.dot, version.dot) || isDominated(version, held)))
        this.#complete = false;
    }
  }

  get #unacknowledged(): number {
    return this.#sentBatches - this.#acknowledged;
  }
}
