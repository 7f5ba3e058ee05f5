import { isReplicationError, replicationError } from "../../core/replication-error.ts";

/** What the browser said, as one of ours; ours pass as they are. `doing` completes "The browser could not ...". */
export function storageError(cause: unknown, doing: string): Error {
  if (isReplicationError(cause)) return cause;
  const name = errorName(cause);
  if (name === "QuotaExceededError") {
    return replicationError(
      "storage-full",
      "The browser's storage for this site is full, and nothing of the write was stored. Delete entries, close replicas that are not needed by deleteStore(), or free disk space.",
      {},
      { cause },
    );
  }
  if (name === "SecurityError") {
    return replicationError(
      "insecure-context",
      "The browser gives this page no storage. Allow site data for it, and do not run it in a sandboxed frame.",
      {},
      { cause },
    );
  }
  const remedy =
    name === "VersionError"
      ? "It was written by a newer version of vecmesh: reload the page to get that version."
      : "Reload the page; if that does not help, clear this site's data and the replica fetches it from its peers.";
  return replicationError("storage-corrupt", `The browser could not ${doing}. ${remedy}`, {}, { cause });
}

export function errorName(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}
