import { type Mistake, mistake } from "./mistake.ts";
import type { OperationId, Outcome } from "../../core/effects.ts";
import type * as PendingOperationsModule from "../../replicator/pending-operations.ts";

export const MEMORY_MISTAKES: readonly Mistake[] = [
  mistake<typeof PendingOperationsModule>(
    "what a call came to is kept when its caller has been answered",
    "P8",
    "replicator/pending-operations.ts",
    (right) => ({
      PendingOperations: class extends right.PendingOperations {
        readonly #answered = new Map<OperationId, Outcome>();
        override settle(op: OperationId, outcome: Outcome): void {
          this.#answered.set(op, outcome);
          super.settle(op, outcome);
        }
      },
    }),
    { looksIntoMemory: true },
  ),
];
