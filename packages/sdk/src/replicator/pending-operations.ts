import type { OperationId, Outcome } from "../core/effects.ts";
import { isReplicationError, replicationError } from "../core/replication-error.ts";

interface Pending {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
  readonly cleanUp: () => void;
}

/** The callers who wait. Every one is answered: by an outcome, by its signal, or by the replica's closing (P4). */
export class PendingOperations {
  readonly #pending = new Map<OperationId, Pending>();
  #last = 0;
  #leaving: Error | undefined;

  /**
   * @param begin starts the operation under the id that its outcome will name; @param abandon is told when the caller gave up
   * @throws ReplicationError `aborted`, at once if the signal is aborted already.
   */
  run(
    begin: (op: OperationId) => void,
    abandon: (op: OperationId) => void,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(aborted(signal, "Nothing was done."));
        return;
      }
      const op = ++this.#last;
      const onAbort = (): void => {
        abandon(op);
        this.#take(op)?.reject(aborted(signal!, "What was begun may still take effect."));
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(op, { resolve, reject, cleanUp: () => signal?.removeEventListener("abort", onAbort) });
      begin(op);
    });
  }

  /** An outcome that nobody waits for any more is dropped: its caller has been told. */
  settle(op: OperationId, outcome: Outcome): void {
    const pending = this.#take(op);
    if (outcome.kind === "failed") pending?.reject(this.#isLeaving(outcome.error) ?? outcome.error);
    else pending?.resolve(outcome);
  }

  /** The replica is closing: who waits for peers fails for that reason, not because its peers are gone. */
  leave(reason: Error): void {
    this.#leaving = reason;
  }

  rejectAll(error: Error): void {
    for (const op of this.#pending.keys()) this.#take(op)?.reject(error);
  }

  #isLeaving(error: Error): Error | undefined {
    const waitedForPeers =
      isReplicationError(error) && (error.code === "quorum-unavailable" || error.code === "sync-incomplete");
    return waitedForPeers ? this.#leaving : undefined;
  }

  #take(op: OperationId): Pending | undefined {
    const pending = this.#pending.get(op);
    this.#pending.delete(op);
    pending?.cleanUp();
    return pending;
  }
}

export function aborted(signal: AbortSignal, consequence: string): Error {
  return replicationError("aborted", `The operation was aborted. ${consequence}`, {}, { cause: signal.reason });
}
