/// <reference types="@vitest/browser-playwright" />
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cdp } from "vitest/browser";
import type { Store } from "../../ports/storage.ts";
import { puts, readAll, rejectionCode, value } from "../../testing/storage-fixtures.ts";
import { PROFILE_DATABASE, storeDatabaseName } from "./database-names.ts";
import { indexedDbStorage } from "./indexeddb-storage.ts";

const MEGABYTE = 1024 * 1024;

let room: string;
let stores: Store[];

beforeEach(() => {
  room = crypto.randomUUID();
  stores = [];
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of stores) await store.close();
});

async function open(replicaName: string = "one"): Promise<Store> {
  const store = await indexedDbStorage().open({ room, replicaName });
  stores.push(store);
  return store;
}

/** Opens a store and gives the connection under it, for closing it behind the store's back as browsers do. */
async function openWithConnection(): Promise<{ store: Store; connection: IDBDatabase; openings: () => number }> {
  const opening = vi.spyOn(IDBFactory.prototype, "open");
  const ours = ([name]: readonly unknown[]): boolean => name === storeDatabaseName(room, "one");
  const store = await open();
  const connection = opening.mock.results[opening.mock.calls.findIndex(ours)]?.value.result as IDBDatabase;
  return { store, connection, openings: () => opening.mock.calls.filter(ours).length };
}

function losses(store: Store): string[] {
  const codes: string[] = [];
  store.onLost((error) => codes.push((error as Error & { code: string }).code));
  return codes;
}

function request(made: IDBOpenDBRequest): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    made.addEventListener("success", () => resolve(made.result));
    made.addEventListener("error", () => reject(made.error ?? new Error("no error given")));
  });
}

async function databaseNames(): Promise<(string | undefined)[]> {
  return (await indexedDB.databases()).map(({ name }) => name);
}

test("a commit that the browser aborts stores nothing, and the store is lost", async () => {
  const store = await open();
  const lost = losses(store);
  vi.spyOn(IDBTransaction.prototype, "commit").mockImplementationOnce(function (this: IDBTransaction) {
    this.abort();
  });
  const aborted = store.commit(puts(["a", value(1)], ["b", value(2)]), "strict");
  expect(await rejectionCode(aborted)).toBe("storage-corrupt");
  expect(lost).toEqual(["storage-corrupt"]);
  expect(await rejectionCode(store.get(["a"]))).toBe("storage-corrupt");
  await store.close();
  expect(await readAll(await open())).toEqual([]);
});

test("gives the database up when somebody wants it, finishing what is under way", async () => {
  const store = await open();
  const lost = losses(store);
  const commit = store.commit(puts(["a", value(1)]), "strict");
  await request(indexedDB.open(storeDatabaseName(room, "one"), 2)).then((database) => database.close());
  await commit;
  expect(lost).toEqual(["closed"]);
  expect(await rejectionCode(store.get(["a"]))).toBe("closed");
  const late = losses(store);
  await expect.poll(() => late).toEqual(["closed"]);
});

test("a database of a newer version says so, and is not held", async () => {
  const name = storeDatabaseName(room, "one");
  await request(indexedDB.open(name, 7)).then((database) => database.close());
  await expect(open()).rejects.toMatchObject({ code: "storage-corrupt", message: expect.stringContaining("newer") });
  const { held } = await navigator.locks.query();
  expect(held?.filter((lock) => lock.name === name)).toEqual([]);
});

test("opens again once when the browser has closed the connection, keeping the order of commits", async () => {
  const { store, connection, openings } = await openWithConnection();
  await store.commit(puts(["key", value(1)]), "strict");
  connection.close();
  const commits = [2, 3, 4].map((i) => store.commit(puts(["key", value(i)]), "relaxed"));
  const reading = store.get(["key"]);
  await Promise.all(commits);
  expect(await reading).toEqual([value(4)]);
  connection.dispatchEvent(new Event("close"));
  await store.close();
  expect(openings()).toBe(2);
  expect(await readAll(await open())).toEqual([["key", value(4)]]);
});

test("does not make an empty store in place of one that was deleted meanwhile", async () => {
  const { store, connection } = await openWithConnection();
  const lost = losses(store);
  await store.commit(puts(["key", value(1)]), "strict");
  connection.close();
  await request(indexedDB.deleteDatabase(storeDatabaseName(room, "one")));
  expect(await rejectionCode(store.get(["key"]))).toBe("storage-corrupt");
  expect(lost).toEqual(["storage-corrupt"]);
  expect(await databaseNames()).not.toContain(storeDatabaseName(room, "one"));
  await store.close();
  expect(await readAll(await open())).toEqual([]);
});

test("is told when the user clears the site's data, and can be opened again", async () => {
  const store = await open("auto");
  const lost = losses(store);
  await store.commit(puts(["key", value(1)]), "strict");
  await cdp().send("Storage.clearDataForOrigin", { origin: location.origin, storageTypes: "indexeddb" });
  await expect.poll(() => lost.length).toBe(1);
  await store.close();
  const again = await open("auto");
  expect(again.replicaName).toBe("replica-1");
  expect(await readAll(again)).toEqual([]);
});

test("a lock taken by force loses the store", async () => {
  const store = await open();
  const lost = losses(store);
  await navigator.locks.request(storeDatabaseName(room, "one"), { steal: true }, () => undefined);
  await expect.poll(() => lost).toEqual(["replica-in-use"]);
  expect(await rejectionCode(store.commit(puts(["a", value(1)]), "strict"))).toBe("replica-in-use");
});

test("stores that open at once in a new profile agree on the device, for good", async () => {
  await request(indexedDB.deleteDatabase(PROFILE_DATABASE));
  const opened = await Promise.all(Array.from({ length: 5 }, () => open("auto")));
  opened.push(await open("auto"));
  expect(new Set(opened.map((store) => store.deviceId)).size).toBe(1);
});

test("writes nothing when it opens what is there", async () => {
  await open().then((store) => store.close());
  const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
  await readAll(await open());
  expect(transaction.mock.calls.map(([, mode]) => mode)).not.toContain("readwrite");
});

test("says `insecure-context` and what to do on a page without locks", async () => {
  vi.spyOn(navigator, "locks", "get").mockReturnValue(undefined as unknown as LockManager);
  await expect(open()).rejects.toMatchObject({
    code: "insecure-context",
    message: expect.stringMatching(/HTTPS.*localhost/),
  });
});

test("a scan lets other tasks run between chunks, and bounds a chunk's bytes", async () => {
  const store = await open();
  const large = Array.from({ length: 80 }, (_, i) => [`key ${100 + i}`, new Uint8Array(MEGABYTE / 8)] as const);
  await store.commit(puts(...large), "relaxed");
  const { port1, port2 } = new MessageChannel();
  let tasks = 0;
  port1.addEventListener("message", () => port2.postMessage(tasks++));
  port1.start();
  port2.postMessage("first");
  const seen: { pairs: number; tasks: number }[] = [];
  for await (const chunk of store.scan("key ")) seen.push({ pairs: chunk.length, tasks });
  port1.close();
  expect(seen.map(({ pairs }) => pairs)).toEqual([64, 8, 8]);
  expect(seen.at(-1)?.tasks).toBeGreaterThan(seen[0]?.tasks ?? 0);
});
