import { CausalContext } from "./causal-context.ts";
import type { Dot } from "./dot.ts";
import type { Environment } from "./environment.ts";
import { replicationError } from "./replication-error.ts";

/** Ids in a message that people read; `ids` names all. */
const MAX_NAMED = 5;

/**
 * Takes damaged or missing records out of the store, so that peers send them again (S1). The context is reset to what is held, not only
 * freed of their dots: what they dominated was claimed because they were held.
 */
export class Mending {
  readonly #env: Environment;
  readonly #onReset: () => void;

  constructor(env: Environment, onReset: () => void) {
    this.#env = env;
    this.#onReset = onReset;
  }

  /** What has been replaced by the time of the transaction was not damaged, or matters no more. */
  mend(dots: readonly Dot[]): void {
    const damaged = CausalContext.EMPTY.with(dots);
    let ids: string[] = [];
    this.#env.queue.push({
      size: dots.length,
      stage: (draft) => {
        ids = [];
        for (const [dot, id] of Array.from(draft.heldAmong(damaged))) {
          const gone = draft.siblings(id).filter((held) => held.dot.origin === dot.origin && held.dot.seq === dot.seq);
          draft.forget(id, new Set(gone));
          draft.changed.add(id);
          ids.push(id);
        }
        if (ids.length > 0) draft.resetContext();
        return ids.length > 0;
      },
      settle: () => {
        if (ids.length === 0) return;
        this.#onReset();
        this.#tell(ids);
      },
      // A store that takes nothing is told of by whoever writes; the damage is found again.
      fail: () => undefined,
    });
  }

  #tell(ids: readonly string[]): void {
    const named = ids
      .slice(0, MAX_NAMED)
      .map((id) => JSON.stringify(id))
      .join(", ");
    const message = `${ids.length} records of the local store were damaged (${named}) and have been dropped. What they held comes back from peers, if they hold it.`;
    const error = replicationError("storage-corrupt", message, { ids });
    this.#env.emit({ type: "notice", notice: { type: "error", error } });
  }
}
