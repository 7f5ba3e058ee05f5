import type { CountedReplicas } from "./counted-replicas.ts";
import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { Neighbourhood } from "./neighbourhood.ts";

/** Ids of which a cut is remembered; of more, those edited longest ago wait for their next edit. */
const MAX_AWAITED = 10_000;

/** What an edit asks and tells of the writes that cut a document's history (C11). */
export interface CutKeeper {
  /** Whether this replica hears of all that count: else it could never know what is everywhere (T7). */
  readonly hearsOfAll: boolean;
  /** As of this transaction. */
  isEverywhere(dot: Dot, draft: Pick<Draft, "covered">): boolean;
  /** What the document of this id now waits for, if anything. */
  awaits(id: string, dot: Dot | undefined): void;
}

/** The writes that documents edited here wait for (C11). In memory only: after a reload, the next edit tells. */
export class DocumentCuts implements CutKeeper {
  readonly #env: Environment;
  readonly #counted: CountedReplicas;
  readonly #mesh: Pick<Neighbourhood, "isPartial">;
  /** By id, the one that was edited longest ago first. */
  readonly #awaited = new Map<string, Dot>();

  constructor(env: Environment, counted: CountedReplicas, mesh: Pick<Neighbourhood, "isPartial">) {
    this.#env = env;
    this.#counted = counted;
    this.#mesh = mesh;
  }

  /** In a mesh that is not full there may be replicas that this one does not hear of (T7). */
  get hearsOfAll(): boolean {
    return !this.#mesh.isPartial;
  }

  isEverywhere(dot: Dot, { covered }: Pick<Draft, "covered">): boolean {
    return this.hearsOfAll && this.#counted.allHold(dot, covered);
  }

  awaits(id: string, dot: Dot | undefined): void {
    this.#awaited.delete(id);
    if (dot !== undefined) this.#awaited.set(id, dot);
    for (const oldest of this.#awaited.keys()) {
      if (this.#awaited.size <= MAX_AWAITED) break;
      this.#awaited.delete(oldest);
    }
    this.evaluate();
  }

  /** Whether peers' reports are waited for. */
  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  /**
   * What has come to be everywhere needs no more reports: the next edit finds those that there are. Goes no further than to the first that
   * still waits, since every commit asks and only whether any does matters.
   */
  evaluate(): void {
    const committed = { covered: this.#env.state.context };
    for (const [id, dot] of this.#awaited) {
      if (!this.isEverywhere(dot, committed)) return;
      this.#awaited.delete(id);
    }
  }
}
