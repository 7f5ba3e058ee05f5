const STORE = "values";

/** Bare IndexedDB: one small value in one strict transaction, the least that a durable write costs. */
export class StrictCommits {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(): Promise<StrictCommits> {
    const name = `strict-commits-${crypto.randomUUID()}`;
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
      request.addEventListener("success", () => resolve(new StrictCommits(request.result)));
      request.addEventListener("error", () => reject(request.error ?? new Error(`${name} could not be opened`)));
    });
  }

  /** How long it took until the transaction was complete, milliseconds. */
  async commit(key: string, value: Uint8Array): Promise<number> {
    const started = performance.now();
    const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
    const complete = new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () =>
        reject(transaction.error ?? new Error("The transaction was aborted")),
      );
    });
    transaction.objectStore(STORE).put(value, key);
    transaction.commit();
    await complete;
    return performance.now() - started;
  }
}
