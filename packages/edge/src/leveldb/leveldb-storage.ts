import { ClassicLevel } from "classic-level";
import { replicationError, type StorageAdapter } from "@vecmesh/sdk";
import { autoReplicaNames } from "@vecmesh/sdk/node";
import { CommitMark } from "./commit-mark.ts";
import { commitsIn, type Level, openLevel } from "./database.ts";
import { DataFolder } from "./data-folder.ts";
import { makeFolder } from "./durable-folder.ts";
import { isLocked, storageError } from "./storage-errors.ts";
import { LevelDbStore } from "./leveldb-store.ts";

/** A StorageAdapter whose stores can be compacted. */
export interface LevelDbStorage extends StorageAdapter {
  open(request: { readonly room: string; readonly replicaName: string }): Promise<LevelDbStore>;
}

/**
 * Stores in LevelDB under one folder of a disk, each held by a lock that its process loses however it ends (D1). Strict commits are synced, so that they
 * survive a power cut; relaxed ones survive the end of the process. The device id is the folder's: to count as two devices, replicas
 * need two folders, on two disks if that is to mean anything.
 *
 * A write that would leave less than 32 MiB of the disk free is refused with `storage-full`, so that what is there can always be read.
 * `open` rejects, beyond what the port names, with `invalid-config` when the folder cannot be used.
 */
export function levelDbStorage(folder: string): LevelDbStorage {
  const data = new DataFolder(folder);
  return {
    async open({ room, replicaName }): Promise<LevelDbStore> {
      try {
        const deviceId = await data.deviceId();
        const names = replicaName === "auto" ? autoReplicaNames(await data.replicaNames(room)) : [replicaName];
        for (const name of names) {
          const store = await openStore(data, room, name, deviceId);
          if (store !== undefined) return store;
        }
      } catch (cause) {
        throw storageError(cause, "open this replica's store", folder);
      }
      const message = `The replica "${replicaName}" of the room is open already, here or in another process. Close it there, or use another replicaName or 'auto'.`;
      throw replicationError("replica-in-use", message, { replicaName });
    },
  };
}

/** `undefined` when somebody holds it. */
async function openStore(
  data: DataFolder,
  room: string,
  replicaName: string,
  deviceId: LevelDbStore["deviceId"],
): Promise<LevelDbStore | undefined> {
  const place = data.place(room, replicaName);
  // An empty database in the place of one that is gone would look like a new replica (S1).
  const policy = (await place.isKnown()) ? "must exist" : "may create";
  if (policy === "may create") await makeFolder(place.database);
  let level: Level;
  try {
    level = await openLevel(place.database, policy);
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw error;
  }
  try {
    await place.remember();
    const commits = await commitsIn(level);
    const destroy = (): Promise<void> =>
      // Whoever has opened it meanwhile keeps the files, which are empty.
      ClassicLevel.destroy(place.database).catch((error: unknown) => {
        if (!isLocked(error)) throw error;
      });
    const mark = await CommitMark.open(place.mark);
    const { database: folder, forget } = place;
    return new LevelDbStore({ replicaName, deviceId, folder, level, commits, mark, forget, destroy });
  } catch (error) {
    await level.close();
    throw error;
  }
}
