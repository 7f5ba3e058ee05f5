import type { Dot } from "../core/dot.ts";
import { isOrigin } from "../core/node-id.ts";
import { replicationError } from "../core/replication-error.ts";

/**
 * Dots go into receipts and errors and out of them again, through the caller's own storage.
 * @throws ReplicationError `invalid-entry`
 */
export function checkDots(dots: unknown): void {
  if (!Array.isArray(dots)) {
    const message =
      "confirm takes a list of dots: `receipt.dots` of a write, or `error.dots` of one that was not confirmed.";
    throw replicationError("invalid-entry", message, { id: undefined });
  }
  for (const dot of dots as readonly (Partial<Dot> | null | undefined)[]) {
    if (isOrigin(dot?.origin) && Number.isSafeInteger(dot.seq) && dot.seq! > 0) continue;
    const message =
      "A dot is {origin, seq} as in a write's receipt or a time-out's error: 16 hex digits and a count from 1.";
    throw replicationError("invalid-entry", message, { id: undefined });
  }
}
