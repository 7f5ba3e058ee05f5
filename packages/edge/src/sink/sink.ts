import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type ChangeEvent, type Checkpoint, isReplicationError, type Replicator } from "@vecmesh/sdk";
import { type Change, ChangeBatches } from "./change-batches.ts";
import type { Logger } from "../logger.ts";
import { MAX_REFUSALS, retried } from "./retry.ts";
import { SinkError } from "./sink-error.ts";
import type { SinkPosition, SinkStep, SinkTarget } from "./sink-target.ts";

/** Ids that are compared with the replica's between two batches of changes: few enough to hold those up by moments only. */
const SWEPT_IDS = 1000;
/** What is being written mostly ends sooner. What does not is cut off when its target is closed: it is written again next time. */
const CLOSING_MS = 5000;

export interface SinkOptions {
  /** Whose visible entries the target shall hold. */
  readonly replicator: Pick<Replicator, "changes" | "get">;
  /** Under which they are in the target; several rooms share one. */
  readonly room: string;
  /** Whoever opened it closes it, after the sink. */
  readonly target: SinkTarget;
  readonly logger?: Logger | undefined;
}

export interface SinkStats {
  /** How old the target is: milliseconds since all that had changed by then was in it. 0: it has everything. */
  readonly lagMs: number;
  readonly puts: number;
  readonly deletes: number;
  /** Attempts that have failed. */
  readonly failures: number;
  /** How often all entries had to be compared, since the target's checkpoint was none of this replica's. */
  readonly resyncs: number;
  /** Whether it still feeds the target: false once it was closed or has given up. */
  readonly isRunning: boolean;
}

export interface Sink extends AsyncDisposable {
  /** Resolves when it knows where the target is. Rejects with `ended`. */
  readonly started: Promise<void>;
  /**
   * Resolves when it is closed, or its replica is. Rejects when it has given up: with a SinkError `refused`, at the first time where it has not started
   * yet, or `taken-over`.
   */
  readonly ended: Promise<void>;
  stats(): SinkStats;
  /** Ends it, mostly with what is being written. */
  close(): Promise<void>;
}

/**
 * Feeds what a replica shows into a database, for as long as both are there. Each step of changes is applied together with the replica's checkpoint, and
 * whatever is applied again changes nothing: no crash at any point, of either, loses a change or makes one twice.
 */
export function startSink(options: SinkOptions): Sink {
  return new RunningSink(options);
}

class RunningSink implements Sink {
  readonly started: Promise<void>;
  readonly ended: Promise<void>;
  readonly #options: SinkOptions;
  readonly #closing = new AbortController();
  /** Names this opening: another one that claims the room ends this one. */
  readonly #owner: string = randomUUID();
  readonly #counts = { puts: 0, deletes: 0, failures: 0, resyncs: 0 };
  /** Of the target. Without a checkpoint nothing is known of the entries that it may hold. */
  #position: SinkPosition = { checkpoint: "", sweptTo: "" };
  /** Whatever was told by then is in the target; undefined: whatever has been told. */
  #currentAt: number | undefined = performance.now();
  #isRunning = true;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.started = this.#retry(() => this.#open(), 1);
    this.ended = this.started
      .then(() => this.#retry(() => this.#feed(), 1))
      .catch((error: unknown) => {
        // Closed while it waited for its target.
        if (!(this.#closing.signal.aborted && error instanceof SinkError)) throw error;
      })
      .finally(() => {
        this.#isRunning = false;
      });
    // Whoever awaits them is told.
    for (const promise of [this.started, this.ended]) promise.catch(() => undefined);
  }

  stats(): SinkStats {
    const lagMs = this.#currentAt === undefined ? 0 : Math.round(performance.now() - this.#currentAt);
    return { ...this.#counts, lagMs, isRunning: this.#isRunning };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([this.ended.catch(() => undefined), wait(CLOSING_MS, undefined, { ref: false })]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    const { room, target, logger } = this.#options;
    const facts = await target.prepare();
    const position = await target.claim(room, this.#owner);
    if (position !== undefined && position.checkpoint !== "") this.#position = position;
    logger?.info({ room, ...facts, isNew: position === undefined }, "sink opened");
  }

  async #feed(): Promise<void> {
    const { replicator } = this.#options;
    const reading = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, reading.signal]);
    const since = this.#position.checkpoint as Checkpoint;
    const batches = new ChangeBatches(replicator.changes(since === "" ? { signal } : { since, signal }));
    try {
      for (let isAll = false; ;) {
        if (isAll && this.#position.sweptTo === undefined) {
          this.#currentAt = undefined;
          await batches.arrival();
          this.#currentAt = performance.now();
        }
        const batch = await batches.take();
        if (batch === undefined) return;
        const takenAt = performance.now();
        if (batch.changes.length > 0) await this.#apply(batch.changes);
        if (this.#position.sweptTo !== undefined) await this.#sweep(this.#position.sweptTo);
        ({ isAll } = batch);
        if (isAll && this.#position.sweptTo === undefined) this.#currentAt = takenAt;
      }
    } catch (error) {
      if (!isReplicationError(error)) throw error;
      if (error.code === "closed") return;
      throw new SinkError("unreachable", `The replica cannot be read: ${error.message}`, { cause: error });
    } finally {
      reading.abort();
    }
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    let { sweptTo } = this.#position;
    const newest = new Map<string, ChangeEvent>();
    for (const change of changes) {
      if (change.type !== "reset") {
        newest.set(change.id, change);
        continue;
      }
      this.#counts.resyncs++;
      this.#options.logger?.warn({ room: this.#options.room }, "the sink compares all entries");
      sweptTo = "";
    }
    await this.#commit({
      puts: [...newest.values()].flatMap((change) => (change.type === "put" ? [change.entry] : [])),
      deletes: [...newest.values()].flatMap((change) => (change.type === "delete" ? [change.id] : [])),
      position: { checkpoint: changes.at(-1)!.checkpoint, ...(sweptTo !== undefined && { sweptTo }) },
    });
  }

  /**
   * Deletes, of the next ids of the target, those that the replica does not show. What it shows it tells, and from now on whatever becomes of it: so it
   * does not matter when this is done.
   */
  async #sweep(sweptTo: string): Promise<void> {
    const { replicator, room, target } = this.#options;
    const ids = await this.#retry(() => target.idsAfter(room, sweptTo, SWEPT_IDS), MAX_REFUSALS);
    const shown = await Promise.all(ids.map((id) => replicator.get(id, { consistency: "one" })));
    const { checkpoint } = this.#position;
    const last = ids.at(-1);
    await this.#commit({
      puts: [],
      deletes: ids.filter((_, i) => shown[i] === undefined),
      position: last === undefined ? { checkpoint } : { checkpoint, sweptTo: last },
    });
  }

  async #commit(step: SinkStep): Promise<void> {
    const { room, target } = this.#options;
    await this.#retry(() => target.apply(room, this.#owner, step), MAX_REFUSALS);
    this.#position = step.position;
    this.#counts.puts += step.puts.length;
    this.#counts.deletes += step.deletes.length;
  }

  #retry<T>(attempt: () => Promise<T>, maxRefusals: number): Promise<T> {
    return retried(attempt, {
      signal: this.#closing.signal,
      maxRefusals,
      onFailure: ({ code, message }, delayMs) => {
        this.#counts.failures++;
        this.#options.logger?.warn({ room: this.#options.room, code, detail: message, delayMs }, "the sink waits");
      },
    });
  }
}
