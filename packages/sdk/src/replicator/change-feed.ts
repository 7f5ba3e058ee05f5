import { closableIterator } from "./closable-iterator.ts";
import type { EntryReader, StoredEntry } from "./entry-reader.ts";
import type { DurableState } from "../core/durable-state.ts";
import { revisionOf } from "../core/held-versions.ts";
import { isShelved } from "../core/shelf.ts";
import type { JsonObject } from "../core/version.ts";

/** Where a reader of `changes` is: opaque, and good for this store alone. */
export type Checkpoint = string & { readonly __brand: "Checkpoint" };

export type ChangeEvent<M extends JsonObject = JsonObject> =
  | { readonly type: "put"; readonly id: string; readonly entry: StoredEntry<M>; readonly checkpoint: Checkpoint }
  | { readonly type: "delete"; readonly id: string; readonly checkpoint: Checkpoint };

/**
 * For a reader with a checkpoint alone: what it was told before is out of date in ways that have left no trace, e.g. by deletes whose
 * tombstones have been collected since. It forgets everything; every visible entry follows.
 */
export interface ChangesReset {
  readonly type: "reset";
  readonly checkpoint: Checkpoint;
}

/** Changes read from the store at once. */
const CHANGE_CHUNK = 256;

interface Subscriber {
  readonly changed: Set<string>;
  /** The revision that the reader has been told of. */
  told: number;
  /** The newest revision of anything that it was shown. */
  shown: number;
  wake: () => void;
}

/**
 * What has become of ids, in the order of this store's own count of changes. Only the newest state of an id is told: a reader
 * that falls behind sees fewer changes, never wrong ones, and costs no more than the ids there are.
 *
 * Invariant: a checkpoint of revision r is told after every id whose newest change is r or earlier. It also names the newest revision
 * shown so far, which an entry read late may be ahead by: a reader that was shown what a power cut has taken since begins anew.
 */
export class ChangeFeed<M extends JsonObject> {
  readonly #state: DurableState;
  readonly #reader: EntryReader<M>;
  readonly #subscribers = new Set<Subscriber>();
  #closed = false;

  constructor(state: DurableState, reader: EntryReader<M>) {
    this.#state = state;
    this.#reader = reader;
  }

  note(ids: ReadonlySet<string>): void {
    for (const subscriber of this.#subscribers) {
      for (const id of ids) subscriber.changed.add(id);
      subscriber.wake();
    }
  }

  close(): void {
    this.#closed = true;
    for (const subscriber of this.#subscribers) subscriber.wake();
  }

  /** Without `since`: every visible entry first. Then, and with `since`, what changes, until aborted or closed. */
  read(
    since: Checkpoint | undefined,
    signal: AbortSignal | undefined,
  ): AsyncIterableIterator<ChangeEvent<M> | ChangesReset> {
    return closableIterator((ending) => this.#follow(since, ending), signal);
  }

  async *#follow(
    since: Checkpoint | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ChangeEvent<M> | ChangesReset, void> {
    // A checkpoint comes from the caller's storage, where none is `null`.
    const isResumed = typeof since === "string";
    const from = isResumed ? this.#revisionAt(since) : undefined;
    const subscriber: Subscriber = { changed: new Set(), told: from ?? 0, shown: from ?? 0, wake: () => undefined };
    for (const [id, siblings] of this.#state.all()) {
      if (isShelved(id)) continue;
      if (revisionOf(siblings) > (from ?? 0) && (from !== undefined || siblings.some((sibling) => !sibling.tombstone)))
        subscriber.changed.add(id);
    }
    const beginsAnew = isResumed && from === undefined;
    const emptiedAt = subscriber.changed.size === 0 ? this.#state.forgottenRevision : 0;
    this.#subscribers.add(subscriber);
    const wake = (): void => subscriber.wake();
    signal.addEventListener("abort", wake);
    try {
      if (beginsAnew) yield { type: "reset", checkpoint: this.#checkpoint(emptiedAt, emptiedAt) };
      while (!this.#closed && !signal.aborted) {
        if (subscriber.changed.size > 0) {
          yield* this.#drain(subscriber, signal);
        } else {
          await new Promise<void>((resolve) => {
            subscriber.wake = resolve;
          });
        }
      }
    } finally {
      this.#subscribers.delete(subscriber);
      signal.removeEventListener("abort", wake);
    }
  }

  async *#drain(subscriber: Subscriber, signal: AbortSignal): AsyncGenerator<ChangeEvent<M>, void> {
    const revisions = [...subscriber.changed].map((id) => ({ id, revision: revisionOf(this.#state.siblings(id)) }));
    revisions.sort((a, b) => a.revision - b.revision);
    subscriber.changed.clear();
    // Whoever has been told all of this has been told what became of whatever was forgotten till now.
    const { forgottenRevision } = this.#state;
    const last = revisions.at(-1);
    if (last !== undefined) last.revision = Math.max(last.revision, forgottenRevision);
    for (let from = 0; from < revisions.length; from += CHANGE_CHUNK) {
      const chunk = revisions.slice(from, from + CHANGE_CHUNK);
      const entries = await this.#reader.read(chunk.map(({ id }) => id));
      // It may have changed since the revisions were noted.
      const shownAt = Math.max(...chunk.map(({ id }) => revisionOf(this.#state.siblings(id))));
      for (const [i, { id, revision }] of chunk.entries()) {
        if (this.#closed || signal.aborted) return;
        const entry = entries[i];
        // What was collected has no revision any more; a reader that stops here is behind what was forgotten, and begins anew.
        subscriber.told = Math.max(subscriber.told, revision);
        subscriber.shown = Math.max(subscriber.shown, subscriber.told, shownAt);
        const checkpoint = this.#checkpoint(subscriber.told, subscriber.shown);
        yield entry === undefined ? { type: "delete", id, checkpoint } : { type: "put", id, entry, checkpoint };
      }
    }
  }

  #checkpoint(told: number, shown: number): Checkpoint {
    return `${this.#state.nodeId}:${told}:${shown}` as Checkpoint;
  }

  /** `undefined`: the checkpoint is of another store, or not reached by this one (a restored backup), or something since has left no trace. */
  #revisionAt(checkpoint: Checkpoint): number | undefined {
    const [nodeId, ...revisions] = checkpoint.split(":");
    const [told = Number.NaN, shown = Number.NaN] = revisions.map(Number);
    const { forgottenRevision, nodeId: own, revision: newest } = this.#state;
    const isOurs = nodeId === own && Number.isSafeInteger(told) && told <= shown && shown <= newest;
    const isWhole = [told, shown].every((revision) => !this.#state.wasLost(revision));
    return isOurs && isWhole && told >= forgottenRevision ? told : undefined;
  }
}
