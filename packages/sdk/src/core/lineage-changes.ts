import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { forgetLineages } from "./lineage-move.ts";

/** After a change that could not be stored, e.g. on a full disk, which is full for a while: whoever told of it tells only once. */
export const RETRY_AFTER_REFUSAL_MS: number = 5 * 1000;

/** Makes changes of what this store knows and owes of lineages: durable before anybody hears of them. */
export class LineageChanges {
  readonly #env: Environment;
  readonly #changed: () => void;
  #retryAt: number | undefined;

  /** @param changed called when a change is durable. */
  constructor(env: Environment, changed: () => void) {
    this.#env = env;
    this.#changed = changed;
  }

  /**
   * @param stage changes the draft, or finds that there is nothing to change.
   * @param done called when the draft, changed or not, is durable: what it showed may be told.
   */
  make(stage: (draft: Draft) => void, done: () => void = () => undefined, failed: () => void = () => undefined): void {
    let changes = false;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        const { lineages, home } = draft;
        stage(draft);
        if (draft.lineages !== lineages || draft.home !== home) forgetLineages(draft);
        changes = draft.lineages !== lineages || draft.home !== home;
        return changes;
      },
      settle: () => {
        if (changes) this.#changed();
        done();
      },
      fail: () => {
        this.#retryAt ??= this.#env.now() + RETRY_AFTER_REFUSAL_MS;
        failed();
      },
    });
  }

  /** Whether it is time, once, to look again at what the store has refused: made anew from what is known by then. */
  takeRetry(): boolean {
    if (this.#retryAt === undefined || this.#env.now() < this.#retryAt) return false;
    this.#retryAt = undefined;
    return true;
  }

  nextWake(): number | undefined {
    return this.#retryAt;
  }
}
