import { openDB, unwrap } from "idb";
import { type DeviceId, mintDeviceId } from "../../core/node-id.ts";
import { PROFILE_DATABASE } from "./database-names.ts";
import { storageError } from "./storage-errors.ts";
import { transactionDone } from "./transaction-done.ts";

const FACTS = "facts";
const STORES = "stores";
const DEVICE_ID = "deviceId";

/** What the stores of a browser profile share. Opened for a moment, so that it never stands in anyone's way. */
export class ProfileDatabase {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** Opens it for the time that `use` takes. */
  static async use<T>(use: (profile: ProfileDatabase) => Promise<T>): Promise<T> {
    try {
      const wrapped = await openDB(PROFILE_DATABASE, 1, {
        upgrade(database, _oldVersion, _newVersion, transaction) {
          database.createObjectStore(FACTS);
          database.createObjectStore(STORES);
          // Opening rejects with the same error.
          transaction.done.catch(() => undefined);
        },
      });
      const database = unwrap(wrapped);
      try {
        return await use(new ProfileDatabase(database));
      } finally {
        database.close();
      }
    } catch (error) {
      throw storageError(error, "open the list of this site's replicas");
    }
  }

  /** The profile's device id, minted by whoever asks first: read-write transactions of all tabs take turns. */
  async deviceId(): Promise<DeviceId> {
    const known = await this.#transact(FACTS, "readonly", (facts) => facts.get(DEVICE_ID));
    if (known.result !== undefined) return known.result as DeviceId;
    const minted = mintDeviceId((length) => crypto.getRandomValues(new Uint8Array(length)));
    const found = await this.#transact(FACTS, "readwrite", (facts) => {
      const request: IDBRequest<unknown> = facts.get(DEVICE_ID);
      request.addEventListener("success", () => {
        if (request.result === undefined) facts.put(minted, DEVICE_ID);
      });
      return request;
    });
    return (found.result ?? minted) as DeviceId;
  }

  /** The names of a room's stores, held or not. */
  async replicaNames(room: string): Promise<string[]> {
    // Arrays sort behind strings as keys, so this is every pair that begins with the room.
    const range = IDBKeyRange.bound([room], [room, []]);
    const keys = await this.#transact(STORES, "readonly", (stores) => stores.getAllKeys(range));
    return keys.result.map((key) => (key as [room: string, replicaName: string])[1]);
  }

  /** Notes a store that is about to be made. Writes nothing about one that is known. */
  async remember(room: string, replicaName: string): Promise<void> {
    const known = await this.#transact(STORES, "readonly", (stores) => stores.getKey([room, replicaName]));
    if (known.result !== undefined) return;
    await this.#transact(STORES, "readwrite", (stores) => stores.put(true, [room, replicaName]));
  }

  async forget(room: string, replicaName: string): Promise<void> {
    await this.#transact(STORES, "readwrite", (stores) => stores.delete([room, replicaName]));
  }

  /** The request, when its transaction is complete. */
  async #transact<T>(
    name: string,
    mode: "readonly" | "readwrite",
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<IDBRequest<T>> {
    const transaction = this.#database.transaction(name, mode, { durability: "strict" });
    const done = transactionDone(transaction);
    const request = ask(transaction.objectStore(name));
    await done;
    return request;
  }
}
