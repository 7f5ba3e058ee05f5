import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { expect, test, vi } from "vitest";
import { isReplicationError, type Store } from "@vecmesh/sdk";
import { mountSmallDisk } from "../testing/small-disk.fixture.ts";
import { temporaryFolder } from "../testing/temporary-folder.fixture.ts";
import { DataFolder } from "./data-folder.ts";
import { levelDbStorage } from "./leveldb-storage.ts";
import { StoreWriter } from "./store-writer.fixture.ts";

const WRITES = 20;
const MEBIBYTE = 1024 * 1024;

const base = temporaryFolder();
const diskPath = join(base, "disk");
const noDisk = mountSmallDisk(diskPath, 64);
if (noDisk !== undefined) console.warn(`SKIPPED: tests of a full disk: ${noDisk}`);

const freshFolder = (): string => join(base, randomUUID());
const keyOf = (i: number): string => `key ${String(i).padStart(8, "0")}`;
const open = (folder: string) => levelDbStorage(folder).open({ room: "room", replicaName: "one" });
const database = (folder: string): string => new DataFolder(folder).place("room", "one").database;

async function keysIn(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for await (const chunk of store.scan("")) keys.push(...chunk.map(([key]) => key));
  return keys;
}

/** What LevelDB cannot compress. */
async function commit(store: Store, i: number, bytes = 100): Promise<void> {
  await store.commit({ puts: [[keyOf(i), randomBytes(bytes)]], deletes: [] }, "strict");
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return isReplicationError(error) ? error.code : String(error);
}

function logOf(folder: string): string {
  const logs = readdirSync(database(folder)).filter((name) => name.endsWith(".log"));
  return join(database(folder), logs.toSorted().at(-1)!);
}

/** A store that was closed with so many commits in its log. */
async function closedStore(): Promise<string> {
  const folder = freshFolder();
  const store = await open(folder);
  for (let i = 0; i < WRITES; i++) await commit(store, i);
  await store.close();
  return folder;
}

test("a store that another process has open is in use, and free when that process is killed (D1)", async () => {
  const folder = freshFolder();
  const holder = new StoreWriter(folder, "--hold");
  await holder.opened;
  expect(await codeOf(open(folder))).toBe("replica-in-use");
  const auto = await levelDbStorage(folder).open({ room: "room", replicaName: "auto" });
  expect(auto.replicaName).toBe("replica-1");
  await auto.close();
  await holder.kill();
  await (await open(folder)).close();
});

test("strict commits are synced, relaxed ones are not (D2)", async () => {
  const store = await open(freshFolder());
  const batch = vi.spyOn(ClassicLevel.prototype, "batch");
  await store.commit({ puts: [["a", new Uint8Array(1)]], deletes: [] }, "relaxed");
  await store.commit({ puts: [["b", new Uint8Array(1)]], deletes: [] }, "strict");
  expect(batch.mock.calls.map((call: readonly unknown[]) => (call[1] as { sync?: boolean }).sync)).toEqual([
    false,
    true,
  ]);
  batch.mockRestore();
  await store.close();
});

test("P1: what a process that is killed amid its writes has acknowledged is there", async () => {
  const folder = freshFolder();
  for (let round = 1; round <= 3; round++) {
    const writer = new StoreWriter(folder);
    await writer.opened;
    while (writer.acknowledged.length < WRITES) await delay(1);
    await writer.kill();
    const store = await open(folder);
    expect(store.lostCommits).toBe(0);
    const keys = new Set(await keysIn(store));
    expect(writer.acknowledged.filter((i) => !keys.has(keyOf(i)))).toEqual([]);
    await store.close();
  }
});

test("a log that is cut off opens with what is left, and says how many commits it has lost (S1)", async () => {
  const folder = await closedStore();
  const log = logOf(folder);
  truncateSync(log, Math.floor(statSync(log).size / 2));
  const store = await open(folder);
  const keys = await keysIn(store);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys).toEqual(Array.from({ length: keys.length }, (_, i) => keyOf(i)));
  expect(store.lostCommits).toBe(WRITES - keys.length);
  // Told once: what is committed from here on is counted anew.
  await commit(store, 100);
  await store.close();
  const again = await open(folder);
  expect(again.lostCommits).toBe(0);
  await again.close();
});

test("a log that is cut off to nothing is told as well", async () => {
  const folder = await closedStore();
  truncateSync(logOf(folder), 0);
  const store = await open(folder);
  expect(store.lostCommits).toBe(WRITES);
  await store.close();
});

test.each(["CURRENT", "MANIFEST"])(
  "a store without its %s says `storage-corrupt`, what to do, and is not emptied",
  async (name) => {
    const folder = await closedStore();
    const files = readdirSync(database(folder));
    rmSync(
      join(
        database(folder),
        files.find((file) => file.startsWith(name))!,
      ),
    );
    await expect(open(folder)).rejects.toMatchObject({
      code: "storage-corrupt",
      message: expect.stringContaining("move that folder away"),
    });
    expect(statSync(logOf(folder)).size).toBeGreaterThan(0);
  },
);

test("a folder that is none says `invalid-config` and which", async () => {
  const file = freshFolder();
  writeFileSync(file, "");
  await expect(open(file)).rejects.toMatchObject({
    code: "invalid-config",
    option: "storage",
    message: expect.stringContaining(file),
  });
});

test("a data folder's device id is kept, and agreed on by all who open it at once", async () => {
  const folder = freshFolder();
  const stores = await Promise.all(
    Array.from({ length: 5 }, () => levelDbStorage(folder).open({ room: "room", replicaName: "auto" })),
  );
  expect([...new Set(stores.map(({ deviceId }) => deviceId))]).toEqual([
    readFileSync(join(folder, "device-id"), "utf8"),
  ]);
  for (const store of stores) await store.close();
});

test.skipIf(noDisk)(
  "a disk that becomes full says `storage-full` in time: what is there can be read, and written again when there is room",
  async () => {
    const folder = join(diskPath, "spared");
    const store = await open(folder);
    const acknowledged: number[] = [];
    let outcome = "resolved";
    for (let i = 0; outcome === "resolved" && i < 200; i++) {
      outcome = await codeOf(commit(store, i, MEBIBYTE)).then((code) => (code === "undefined" ? "resolved" : code));
      if (outcome === "resolved") acknowledged.push(i);
    }
    expect(outcome).toBe("storage-full");
    expect(await keysIn(store)).toEqual(acknowledged.map(keyOf));
    await store.commit({ puts: [], deletes: acknowledged.slice(1).map(keyOf) }, "strict");
    await store.compact();
    await expect.poll(() => codeOf(commit(store, 500, MEBIBYTE)), { timeout: 20_000 }).toBe("undefined");
    await store.close();
    const again = await open(folder);
    expect(await keysIn(again)).toEqual([keyOf(acknowledged[0]!), keyOf(500)]);
    await again.erase();
  },
);

test.skipIf(noDisk)(
  "P1: a disk that others fill amid the writes loses nothing acknowledged, and the store goes on when there is room",
  async () => {
    const folder = join(diskPath, "filled");
    const filler = join(diskPath, "filler");
    const store = await open(folder);
    const lost: Error[] = [];
    store.onLost((error) => lost.push(error));
    const acknowledged: number[] = [];
    const failures = new Set<string>();
    for (let i = 0; i < 60; i++) {
      // Between two looks at how much there is, so that LevelDB itself meets the end of the disk.
      if (i === 20) fill(filler);
      const code = await codeOf(commit(store, i, MEBIBYTE / 4));
      if (code === "undefined") acknowledged.push(i);
      else failures.add(code);
    }
    expect([...failures]).toEqual(["storage-full"]);
    rmSync(filler);
    await expect.poll(() => codeOf(commit(store, 500)), { timeout: 20_000 }).toBe("undefined");
    expect(lost).toEqual([]);
    expect(await keysIn(store)).toEqual([...acknowledged, 500].map(keyOf));
    await store.close();
    const again = await open(folder);
    expect(again.lostCommits).toBe(0);
    expect(await keysIn(again)).toEqual([...acknowledged, 500].map(keyOf));
    await again.close();
  },
);

/** Takes what is left of the disk. */
function fill(path: string): void {
  for (const bytes of [MEBIBYTE, 4096]) {
    try {
      while (true) writeFileSync(path, new Uint8Array(bytes), { flag: "a" });
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
    }
  }
}
