import type { DurableState } from "./durable-state.ts";
import { Draft } from "./draft.ts";
import type { StoreBatch } from "./store-layout.ts";

/** Something to make durable. All mutations of one transaction are staged in the order in which they were queued. */
export interface Mutation {
  /** How many versions it brings, for bounding a transaction. */
  readonly size: number;
  /** Makes the change in the draft. Returns whether the transaction must be on disk before it resolves (D2). */
  stage(draft: Draft): boolean;
  /** The transaction that carried it is durable and the state shows it. */
  settle(): void;
  /** The store refused; nothing of it is stored. */
  fail(error: Error): void;
}

/**
 * Versions in one transaction. Staging one and handing it to IndexedDB, which copies it on the calling thread, takes some 80
 * microseconds for 384 floats: 200 of them stay well under the 50 ms that a page may be held up (P6). A single larger local
 * batch is not split (D2).
 */
export const MAX_GROUP_VERSIONS = 200;

export interface Transaction {
  /** `undefined`: there is nothing to store, and the transaction may be settled at once. */
  readonly batch: StoreBatch | undefined;
  readonly strict: boolean;
  readonly draft: Draft;
}

/**
 * The one way in which durable state changes: mutations wait here, are grouped into one transaction at a time (Q4), and settle
 * together when it is durable. A group that fails is taken apart, so that a large one cannot take small ones down with it.
 */
export class CommitQueue {
  readonly #state: DurableState;
  /** Called while a transaction is put together, after all its mutations, e.g. for acks that they make possible. */
  readonly #complete: (draft: Draft) => Mutation[];
  #waiting: Mutation[] = [];
  #group: readonly Mutation[] = [];
  /** What `#complete` has added to the group: made anew for every transaction, so never queued again. */
  #completing: readonly Mutation[] = [];
  #transaction: Transaction | undefined;
  /** How many of the next mutations go one by one, because they were part of a group that failed. */
  #alone = 0;

  constructor(state: DurableState, complete: (draft: Draft) => Mutation[]) {
    this.#state = state;
    this.#complete = complete;
  }

  /** Whether a transaction is under way: put together, and not yet known to be durable. */
  get isBusy(): boolean {
    return this.#transaction !== undefined;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#transaction === undefined;
  }

  push(mutation: Mutation): void {
    this.#waiting.push(mutation);
  }

  /** The next transaction, or `undefined` while one is under way or none is needed. */
  next(nowMs: number): Transaction | undefined {
    if (this.#transaction !== undefined) return undefined;
    while (this.#transaction === undefined && this.#waiting.length > 0) {
      this.#group = this.#takeGroup();
      this.#completing = [];
      this.#transaction = this.#stage(new Draft(this.#state, nowMs));
    }
    return this.#transaction;
  }

  committed(): Draft {
    const { draft, strict, batch } = this.#take();
    draft.apply(strict, batch !== undefined);
    for (const mutation of [...this.#group, ...this.#completing]) mutation.settle();
    return draft;
  }

  failed(error: Error): void {
    this.#take();
    this.#takeApart(error);
  }

  #takeGroup(): Mutation[] {
    const group = [this.#waiting.shift()!];
    let { size } = group[0]!;
    if (this.#alone > 0) {
      this.#alone--;
      return group;
    }
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      size += next.size;
      if (size > MAX_GROUP_VERSIONS) break;
      group.push(next);
      this.#waiting.shift();
    }
    return group;
  }

  /** `undefined`: the group cannot be put together, e.g. because a record would break a limit; it has been taken apart. */
  #stage(draft: Draft): Transaction | undefined {
    try {
      let strict = false;
      for (const mutation of this.#group) strict = mutation.stage(draft) || strict;
      this.#completing = this.#complete(draft);
      for (const mutation of this.#completing) strict = mutation.stage(draft) || strict;
      return { batch: draft.batch(strict), strict, draft };
    } catch (error) {
      this.#takeApart(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #takeApart(error: Error): void {
    for (const mutation of this.#completing) mutation.fail(error);
    if (this.#group.length === 1) {
      this.#group[0]!.fail(error);
      return;
    }
    this.#alone = this.#group.length;
    this.#waiting.unshift(...this.#group);
  }

  #take(): Transaction {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new Error("No transaction is under way");
    this.#transaction = undefined;
    return transaction;
  }
}
