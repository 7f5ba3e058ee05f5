import { isReplicationError, replicationError } from "@vecmesh/sdk";

const FULL = /no space left|ENOSPC|disk quota|EDQUOT|file too large|EFBIG|not enough space/i;
const DENIED = /permission denied|EACCES|EPERM|EROFS|read-only file system|not a directory|ENOTDIR|file exists|EEXIST/i;

/** What LevelDB or the file system said, as one of vecmesh's errors; those pass as they are. `doing` completes "Could not ...". */
export function storageError(cause: unknown, doing: string, folder: string): Error {
  if (isReplicationError(cause)) return cause;
  const said = messagesOf(cause);
  if (FULL.test(said)) return storageFull(folder, cause);
  if (DENIED.test(said)) {
    const message = `Could not ${doing}: ${said}. Let this process read and write ${folder}, or choose another folder.`;
    return replicationError("invalid-config", message, { option: "storage" }, { cause });
  }
  const message = `Could not ${doing} in ${folder}: ${said}. If the disk is sound, move that folder away: the replica then starts empty and fetches everything from its peers.`;
  return replicationError("storage-corrupt", message, {}, { cause });
}

export function storageFull(folder: string, cause?: unknown): Error {
  const message = `The disk with ${folder} is full, and nothing of the write was stored. Free disk space; the replica goes on by itself.`;
  return replicationError("storage-full", message, {}, { cause });
}

/** Whether somebody else has the database open. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && ((error as { code?: unknown }).code === "LEVEL_LOCKED" || isLocked(error.cause));
}

/** LevelDB's own words are in the causes. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messagesOf(error.cause)}`;
}
