import { deleteDB, openDB, unwrap } from "idb";
import { replicationError } from "../../core/replication-error.ts";
import type { Durability } from "../../ports/storage.ts";
import { errorName, storageError } from "./storage-errors.ts";
import { transactionDone } from "./transaction-done.ts";

const ENTRIES = "entries";

/** A connection to one store's database: keys to bytes. Opens itself again when the browser closes it (D2). */
export class StoreConnection {
  /** Resolves if somebody else wants the database, or if the browser closed it and it could not be opened again. */
  readonly lost: Promise<Error>;
  readonly #name: string;
  readonly #lose: (error: Error) => void;
  #database: IDBDatabase;
  #closed = false;
  /** Transactions begin one after the other, so that they keep the order of the calls while a reopening is awaited. */
  #line: Promise<void> = Promise.resolve();

  private constructor(name: string, database: IDBDatabase) {
    let lose: (error: Error) => void = () => undefined;
    this.lost = new Promise((resolve) => (lose = resolve));
    this.#lose = lose;
    this.#name = name;
    this.#database = database;
    this.#watch(database);
  }

  /** Creates the database if there is none, and otherwise writes nothing. */
  static async open(name: string): Promise<StoreConnection> {
    return new StoreConnection(name, await openDatabase(name, "may create"));
  }

  /**
   * Resolves with what `ask` returned when the transaction is complete, so that all its requests have results.
   * `ask` makes its requests at once, or goes on from the result of one; if it throws, the transaction is undone.
   */
  async transact<T>(
    mode: "readonly" | "readwrite",
    durability: Durability,
    ask: (entries: IDBObjectStore) => T,
  ): Promise<T> {
    const begun = this.#line.then(async () => {
      const transaction = await this.#begin(mode, durability);
      const done = transactionDone(transaction);
      try {
        const asked = ask(transaction.objectStore(ENTRIES));
        return { asked, done };
      } catch (error) {
        transaction.abort();
        await done.catch(() => undefined);
        throw error;
      }
    });
    // Whoever asked hears of the failure below; it must not stop those behind it.
    this.#line = begun.then(
      () => undefined,
      () => undefined,
    );
    const { asked, done } = await begun;
    await done;
    return asked;
  }

  /** The database closes when the transactions under way are complete. */
  close(): void {
    this.#closed = true;
    this.#database.close();
  }

  /** Deletes the database of a connection that is closed. */
  async delete(): Promise<void> {
    await deleteDB(this.#name);
  }

  async #begin(mode: "readonly" | "readwrite", durability: Durability): Promise<IDBTransaction> {
    try {
      return this.#database.transaction(ENTRIES, mode, { durability });
    } catch (error) {
      if (errorName(error) !== "InvalidStateError" || this.#closed) throw error;
      await this.#reopen();
      return this.#database.transaction(ENTRIES, mode, { durability });
    }
  }

  async #reopen(): Promise<void> {
    const database = await openDatabase(this.#name, "must exist").catch((error: unknown) => {
      const lost = storageError(error, "open this replica's store again");
      this.#lose(lost);
      throw lost;
    });
    if (this.#closed) return database.close();
    this.#database = database;
    this.#watch(database);
  }

  #watch(database: IDBDatabase): void {
    database.addEventListener("versionchange", () => this.#lose(wanted()));
    database.addEventListener("close", () => {
      if (this.#closed || database !== this.#database) return;
      // Asking for nothing opens it again, or finds out and tells that it is gone.
      this.transact("readonly", "relaxed", () => undefined).catch(() => undefined);
    });
  }
}

async function openDatabase(name: string, policy: "may create" | "must exist"): Promise<IDBDatabase> {
  let missing = false;
  try {
    const database = await openDB(name, 1, {
      upgrade(created, _oldVersion, _newVersion, transaction) {
        // Opening rejects with the same error.
        transaction.done.catch(() => undefined);
        missing = policy === "must exist";
        if (missing) transaction.abort();
        else created.createObjectStore(ENTRIES);
      },
    });
    return unwrap(database);
  } catch (cause) {
    if (!missing) throw cause;
    // An empty database in its place would make the replica claim what it no longer holds (S1).
    throw replicationError(
      "storage-corrupt",
      "This replica's data was deleted while it was open. Open the replica again: it starts empty and fetches everything from its peers.",
      {},
      { cause },
    );
  }
}

function wanted(): Error {
  return replicationError(
    "closed",
    "This replica was closed because its database is being deleted or changed from outside. Open it again to use it.",
    {},
  );
}
