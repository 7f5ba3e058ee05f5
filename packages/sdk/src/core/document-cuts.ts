import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";

/** Ids of which a cut is remembered; of more, those edited longest ago wait for their next edit. */
const MAX_AWAITED = 10_000;

/** What an edit asks and tells of the writes that cut a document's history (C11). */
export interface CutKeeper {
  /** Whether this replica hears of all that count: else it could never know what is everywhere (T7). */
  readonly hearsOfAll: boolean;
  /** As of this transaction. */
  isEverywhere(dot: Dot, draft: Draft): boolean;
  /** What the document of this id now waits for, if anything. */
  awaits(id: string, dot: Dot | undefined): void;
}

/** The writes that documents edited here wait for. In memory only: after a reload, the next edit tells. */
export class DocumentCuts {
  /** By id, the one that was edited longest ago first. */
  readonly #awaited = new Map<string, Dot>();

  awaits(id: string, dot: Dot | undefined): void {
    this.#awaited.delete(id);
    if (dot === undefined) return;
    this.#awaited.set(id, dot);
    for (const oldest of this.#awaited.keys()) {
      if (this.#awaited.size <= MAX_AWAITED) break;
      this.#awaited.delete(oldest);
    }
  }

  /** Whether peers' reports are waited for. */
  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** What has come to be everywhere needs no more reports: the next edit finds those that there are. */
  evaluate(isEverywhere: (dot: Dot) => boolean): void {
    for (const [id, dot] of this.#awaited) if (isEverywhere(dot)) this.#awaited.delete(id);
  }
}
