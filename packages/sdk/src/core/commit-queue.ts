import type { DurableState } from "./durable-state.ts";
import { Draft } from "./draft.ts";
import type { Signature, StoredVersion } from "./version.ts";
import type { StoreBatch } from "./store-layout.ts";

/** Something to make durable. All mutations of one transaction are staged in the order in which they were queued. */
export interface Mutation {
  /** How many versions it brings, for bounding a transaction. */
  readonly size: number;
  /**
   * Makes the change in the draft. Returns whether the transaction must be on disk before it resolves (D2); a large one returns the steps to
   * that answer, of which each task takes one (P6). A step may end with what it wants before the next.
   */
  stage(draft: Draft): boolean | Steps;
  /** The transaction that carried it is durable and the state shows it. */
  settle(): void;
  /** The store refused; nothing of it is stored. */
  fail(error: Error): void;
}

/** What a step wants before the next: versions signed (C10), or the versions under these keys of the store. */
export type Wanted = { readonly unsigned: readonly StoredVersion[] } | { readonly keys: readonly string[] };

/** Signatures or versions, in the order of what was wanted; `undefined` for a version that cannot be read. */
export type Answer = readonly Signature[] | readonly (StoredVersion | undefined)[];

/** `undefined` asks for another task and nothing else. */
export type Steps = Generator<Wanted | undefined, boolean, Answer | undefined>;

/** One that needs no steps. */
export interface SmallMutation extends Mutation {
  stage(draft: Draft): boolean;
}

/**
 * Versions in one transaction. Staging one and handing it to IndexedDB, which copies it on the calling thread, takes some 80
 * microseconds for 384 floats: 200 of them stay well under the 50 ms that a page may be held up (P6). A single larger local
 * batch is one transaction all the same (D2), staged in steps of so many.
 */
export const MAX_GROUP_VERSIONS = 200;

export interface Transaction {
  /** `undefined`: there is nothing to store, and the transaction may be settled at once. */
  readonly batch: StoreBatch | undefined;
  readonly strict: boolean;
  readonly draft: Draft;
}

/** A transaction that is being put together, over several tasks where something in it is large. */
interface Staging {
  readonly draft: Draft;
  readonly rest: Iterator<Mutation>;
  /** Of the mutation that is being staged. */
  steps: Steps | undefined;
  /** By its last step. */
  wanted: Wanted | undefined;
  strict: boolean;
}

/**
 * The one way in which durable state changes: mutations wait here, are grouped into one transaction at a time (Q4), and settle
 * together when it is durable. Nothing else changes the state, so what is staged over several tasks is staged over one state. A group that fails is taken apart, so that a large one cannot take small ones down with it.
 */
export class CommitQueue {
  readonly #state: DurableState;
  /** Called while a transaction is put together, after all its mutations, e.g. for acks that they make possible. */
  readonly #complete: (draft: Draft) => SmallMutation[];
  #waiting: Mutation[] = [];
  #group: readonly Mutation[] = [];
  /** What `#complete` has added to the group: made anew for every transaction, so never queued again. */
  #completing: readonly SmallMutation[] = [];
  #staging: Staging | undefined;
  /** Put together, and not handed out yet. */
  #ready: Transaction | undefined;
  #transaction: Transaction | undefined;
  /** How many of the next mutations go one by one, because they were part of a group that failed. */
  #alone = 0;

  constructor(state: DurableState, complete: (draft: Draft) => SmallMutation[]) {
    this.#state = state;
    this.#complete = complete;
  }

  /** Whether a transaction is under way: put together, and not yet known to be durable. */
  get isBusy(): boolean {
    return this.#transaction !== undefined;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && !this.isStaging && this.#transaction === undefined;
  }

  /** Whether a transaction is being put together, and `goOn` is to be called in another task. */
  get isStaging(): boolean {
    return this.#staging !== undefined;
  }

  /** What `goOn` is to be called with. `undefined`: nothing. */
  get wanted(): Wanted | undefined {
    return this.#staging?.wanted;
  }

  push(mutation: Mutation): void {
    this.#waiting.push(mutation);
  }

  /** The next transaction, or `undefined` while one is under way or being put together, or none is needed. */
  next(nowMs: number): Transaction | undefined {
    if (this.#transaction !== undefined) return undefined;
    while (this.#ready === undefined && this.#staging === undefined && this.#waiting.length > 0) {
      this.#group = this.#takeGroup();
      this.#completing = [];
      const draft = new Draft(this.#state, nowMs);
      this.#staging = {
        draft,
        rest: this.#group[Symbol.iterator](),
        steps: undefined,
        wanted: undefined,
        strict: false,
      };
      this.goOn();
    }
    this.#transaction = this.#ready;
    this.#ready = undefined;
    return this.#transaction;
  }

  /** Takes the next step of what is being staged; where that was the last, `next` hands the transaction out. */
  goOn(answer?: Answer): void {
    const staging = this.#staging;
    if (staging === undefined) return;
    try {
      if (this.#stageSome(staging, answer)) return;
      this.#staging = undefined;
      const { draft, strict } = staging;
      this.#ready = { batch: draft.batch(strict), strict, draft };
    } catch (error) {
      this.stagingFailed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** What is being put together cannot be, e.g. because nothing can be signed. */
  stagingFailed(error: Error): void {
    this.#staging = undefined;
    this.#takeApart(error);
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

  /** Returns whether a further step is needed. @throws Error when the group cannot be put together, e.g. because a record would break a limit */
  #stageSome(staging: Staging, answer: Answer | undefined): boolean {
    const { draft } = staging;
    if (staging.steps !== undefined && !this.#step(staging, staging.steps, answer)) return true;
    for (let next = staging.rest.next(); next.done !== true; next = staging.rest.next()) {
      const staged = next.value.stage(draft);
      if (typeof staged === "boolean") staging.strict ||= staged;
      else if (!this.#step(staging, staged)) return true;
    }
    this.#completing = this.#complete(draft);
    for (const mutation of this.#completing) staging.strict = mutation.stage(draft) || staging.strict;
    return false;
  }

  /** Returns whether it was the last one. */
  #step(staging: Staging, steps: Steps, answer?: Answer): boolean {
    const { done, value } = steps.next(answer);
    staging.steps = done === true ? undefined : steps;
    staging.wanted = done === true ? undefined : value;
    if (done === true) staging.strict ||= value;
    return done === true;
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
