import type { Dot } from "./dot.ts";
import type { NodeId } from "./node-id.ts";
import { isReplicationError, replicationError } from "./replication-error.ts";

const READ_ADVICE = "Read at 'one' for what this replica holds.";

/** @param ofForgetful what there is to say of voters that do not count now (Q3). */
export function readUnavailable(required: number, alive: number, ofForgetful = ""): Error {
  const message = `Reading at this level needs ${required} voters; ${alive} can be reached.${ofForgetful} ${READ_ADVICE}`;
  return replicationError("quorum-unavailable", message, { required, alive, dots: [], outcome: "unknown" });
}

export function readTimedOut(required: number, acks: readonly NodeId[]): Error {
  const message = `Only ${acks.length} of ${required} voters answered the read in time. Read again, or at 'one' for what this replica holds.`;
  return replicationError("quorum-timeout", message, { dots: [], required, acks, outcome: "unknown" });
}

/** What failed while the voters were being brought to what the read has found. */
export function asReadError(error: Error): Error {
  if (!isReplicationError(error)) return error;
  if (error.code === "quorum-unavailable") return readUnavailable(error.required, error.alive);
  return error.code === "quorum-timeout" ? readTimedOut(error.required, error.acks) : error;
}

/** Q9: the read that an ordered write begins with has failed; the write has been made all the same (Q2). */
export function madeUnordered(error: Error, dots: readonly Dot[]): Error {
  if (!isReplicationError(error)) return error;
  const advice =
    "so the write was made without its order: it is in the local store and goes on replicating, and confirm(dots) waits for it. Write again to have it ordered.";
  if (error.code === "quorum-unavailable") {
    const { required, alive, outcome } = error;
    const message = `An ordered write reads first, which needs ${required} voters, and ${alive} can be reached, ${advice}`;
    return replicationError("quorum-unavailable", message, { required, alive, dots, outcome });
  }
  if (error.code !== "quorum-timeout") return error;
  const { required, acks, outcome } = error;
  const message = `An ordered write reads first, and only ${acks.length} of ${required} voters answered in time, ${advice}`;
  // They answered the read: none has acknowledged the write.
  return replicationError("quorum-timeout", message, { dots, required, acks: [], outcome });
}
