import type { StorageAdapter, Store } from "../ports/storage.ts";
import type { ContractRunner } from "./contract-runner.ts";

/** The storage under test. */
export interface StorageSubject {
  readonly name: string;
  /**
   * An adapter over one and the same profile or folder at every call: a new object each time, as after a reload, if
   * the data outlives the adapter, and otherwise the same one.
   */
  adapter(): StorageAdapter;
}

/** The stores of one test, in rooms that no other test uses. */
export class SubjectStores {
  readonly room: string = `contract ${crypto.randomUUID()}`;
  readonly #subject: StorageSubject;
  readonly #opened: { readonly room: string; readonly store: Store }[] = [];

  constructor(subject: StorageSubject) {
    this.#subject = subject;
  }

  async open(replicaName: string = "one", room: string = this.room): Promise<Store> {
    const store = await this.#subject.adapter().open({ room, replicaName });
    this.#opened.push({ room, store });
    return store;
  }

  async eraseAll(): Promise<void> {
    for (const { store } of this.#opened) await store.close();
    const seen = new Set<string>();
    for (const { room, store } of this.#opened) {
      const id = JSON.stringify([room, store.replicaName]);
      if (seen.has(id)) continue;
      seen.add(id);
      const again = await this.#subject.adapter().open({ room, replicaName: store.replicaName });
      await again.erase();
    }
  }
}

/** Registers a test that is given stores of its own, erased afterwards whether it passes or not. */
export type StoreTest = (name: string, body: (stores: SubjectStores) => Promise<void>) => void;

export function storeTest(runner: ContractRunner, subject: StorageSubject): StoreTest {
  return (name, body) => {
    runner.it(name, async () => {
      const stores = new SubjectStores(subject);
      try {
        await body(stores);
      } finally {
        await stores.eraseAll();
      }
    });
  };
}
