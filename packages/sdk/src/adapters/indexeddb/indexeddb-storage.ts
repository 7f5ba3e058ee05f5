import { replicationError } from "../../core/replication-error.ts";
import type { StorageAdapter, Store } from "../../ports/storage.ts";
import { autoReplicaNames } from "../replica-names.ts";
import { storeDatabaseName } from "./database-names.ts";
import { IndexedDbStore } from "./indexeddb-store.ts";
import { ProfileDatabase } from "./profile-database.ts";
import { storageError } from "./storage-errors.ts";
import { StoreConnection } from "./store-connection.ts";
import { type StoreLock, takeStoreLock } from "./store-lock.ts";

/**
 * Stores in the browser's IndexedDB: one database each, held by a Web Lock for as long as it is open (D1). The device
 * id is the browser profile's.
 *
 * The browser may evict a site's data when the disk is full. This adapter does not ask it not to
 * (`navigator.storage.persist()`): the answer is for the whole site, some browsers put the question to the user, and
 * only the application knows the moment at which it makes sense. Replicas that must last call it themselves. A store
 * that was evicted opens empty, with a new identity, and fetches everything from its peers.
 *
 * `open` rejects, beyond what the port names, with `invalid-config` where there is no IndexedDB.
 */
export function indexedDbStorage(): StorageAdapter {
  return { open };
}

interface Held {
  readonly replicaName: string;
  readonly lock: StoreLock;
}

async function open({ room, replicaName }: { readonly room: string; readonly replicaName: string }): Promise<Store> {
  requirePlatform();
  return ProfileDatabase.use(async (profile) => {
    const deviceId = await profile.deviceId();
    const held = await hold(profile, room, replicaName);
    try {
      // Noted first: a name without a database opens empty, but 'auto' would never find a database without a name.
      await profile.remember(room, held.replicaName);
      const connection = await StoreConnection.open(storeDatabaseName(room, held.replicaName));
      const removeStore = (): Promise<void> => remove(connection, room, held.replicaName);
      return new IndexedDbStore({ ...held, deviceId, connection, remove: removeStore });
    } catch (error) {
      await held.lock.release();
      throw storageError(error, "open this replica's store");
    }
  });
}

async function hold(profile: ProfileDatabase, room: string, replicaName: string): Promise<Held> {
  const names = replicaName === "auto" ? autoReplicaNames(await profile.replicaNames(room)) : [replicaName];
  for (const name of names) {
    const lock = await takeStoreLock(storeDatabaseName(room, name));
    if (lock !== undefined) return { replicaName: name, lock };
  }
  throw replicationError(
    "replica-in-use",
    `The replica "${replicaName}" is open already, in this tab or another. Close it there, or use another replicaName or 'auto'.`,
    { replicaName },
  );
}

async function remove(connection: StoreConnection, room: string, replicaName: string): Promise<void> {
  try {
    await connection.delete();
    await ProfileDatabase.use((profile) => profile.forget(room, replicaName));
  } catch (error) {
    throw storageError(error, "delete this replica's store");
  }
}

function requirePlatform(): void {
  if (globalThis.indexedDB === undefined) {
    throw replicationError(
      "invalid-config",
      "There is no IndexedDB here. Outside browsers pass `storage`: levelDbStorage() from '@vecmesh/edge', or memoryStorage() from '@vecmesh/sdk/memory'.",
      { option: "storage" },
    );
  }
  if (!globalThis.isSecureContext || globalThis.navigator?.locks === undefined) {
    throw replicationError(
      "insecure-context",
      "The browser gives locks only to secure pages. Serve this page over HTTPS, or open it on http://localhost.",
      {},
    );
  }
}
