import { CausalContext } from "./causal-context.ts";
import type { Steps } from "./commit-queue.ts";
import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { OperationId, Outcome } from "./effects.ts";
import { isReplicationError, type ReplicationError, replicationError } from "./replication-error.ts";

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

  /** As `mend`, for whoever waits, if anybody does. */
  mendFor(op: OperationId | undefined, dots: readonly Dot[]): void {
    this.mend(dots, (error) => {
      const outcome: Outcome = error === undefined ? { kind: "done" } : { kind: "failed", error };
      if (op !== undefined) this.#env.emit({ type: "settle", op, outcome });
    });
  }

  /**
   * What has been replaced by the time of the transaction was not damaged, or matters no more.
   * @param done told when the store holds none of it any more, or why that could not be stored.
   */
  mend(dots: readonly Dot[], done: (failure?: Error) => void = () => undefined): void {
    const damaged = CausalContext.EMPTY.with(dots);
    let ids: string[] = [];
    this.#env.queue.push({
      size: dots.length,
      stage: (draft) => this.#takeOut(damaged, draft, (ids = [])),
      settle: () => {
        if (ids.length > 0) {
          this.#onReset();
          this.#tell(ids);
        }
        done();
      },
      // A store that takes nothing is told of by whoever writes; the damage is found again.
      fail: done,
    });
  }

  *#takeOut(damaged: CausalContext, draft: Draft, ids: string[]): Steps {
    for (const [dot, id] of Array.from(draft.heldAmong(damaged))) {
      const gone = draft.siblings(id).filter((held) => held.dot.origin === dot.origin && held.dot.seq === dot.seq);
      draft.forget(id, new Set(gone));
      draft.changed.add(id);
      ids.push(id);
    }
    if (ids.length > 0) yield* draft.resetContext();
    return ids.length > 0;
  }

  #tell(ids: readonly string[]): void {
    const message = `${ids.length} records of the local store were damaged (${named(ids)}) and have been dropped. What they held comes back from peers, if they hold it.`;
    const error = replicationError("storage-corrupt", message, { ids });
    this.#env.emit({ type: "notice", notice: { type: "error", error } });
  }
}

/** What a reader is told of versions that cannot be read, in a store that takes no change: then they cannot be taken out either. */
export function unreadable(ids: readonly string[], cause: Error): ReplicationError {
  if (isReplicationError(cause) && cause.code === "closed") return cause;
  const message = `What this replica holds of ${named(ids)} is damaged, and cannot be taken out of the store: ${cause.message} Let the store take changes again, e.g. by freeing some space, and read again.`;
  return replicationError("storage-corrupt", message, { ids }, { cause });
}

function named(ids: readonly string[]): string {
  return ids
    .slice(0, MAX_NAMED)
    .map((id) => JSON.stringify(id))
    .join(", ");
}
