import type { LineageId } from "../core/node-id.ts";
import type { RegisterOperation } from "./linearizability.ts";

/** A write or a read at `quorum` of one id. */
export interface QuorumOperation {
  readonly kind: "read" | "write";
  readonly id: string;
  /** The dot of the version that was written or shown; `undefined` for a delete, and for a read that found nothing. */
  readonly value: string | undefined;
  readonly invokedAt: number;
  /** `undefined`: it has failed, or its process died. */
  readonly returned: { readonly at: number; readonly lineage: LineageId } | undefined;
  /** Whether the write went with its read phase, in the lineage that acknowledged it (Q9). */
  readonly ordered: boolean;
}

/**
 * What is promised of one id in one lineage: its reads and ordered writes are linearizable (Q9). A write that is not ordered sits at
 * its stamp, which may lie anywhere; one of another lineage, or without an answer, may have taken effect or not. Reads of other
 * lineages say nothing about this one.
 */
export function registerHistory(
  operations: readonly QuorumOperation[],
  id: string,
  lineage: LineageId,
): RegisterOperation[] {
  return operations
    .filter((operation) => operation.id === id)
    .flatMap(({ kind, value, invokedAt, returned, ordered }): RegisterOperation[] => {
      const isPromised = returned?.lineage === lineage && (kind === "read" || ordered);
      if (kind === "read" && !isPromised) return [];
      return [
        {
          kind,
          value,
          invokedAt: isPromised || ordered ? invokedAt : Number.NEGATIVE_INFINITY,
          returnedAt: isPromised ? returned.at : Number.POSITIVE_INFINITY,
        },
      ];
    });
}
