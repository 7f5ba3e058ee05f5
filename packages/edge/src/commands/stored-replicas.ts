import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isReplicationError } from "@vecmesh/sdk";
import { inspectStore } from "@vecmesh/sdk/node";
import { DataFolder } from "../leveldb/data-folder.ts";
import { InputError } from "./input-error.ts";
import { levelDbStorage } from "../leveldb/leveldb-storage.ts";
import type { LevelDbStore } from "../leveldb/leveldb-store.ts";
import type { Settings } from "../settings/settings.ts";

interface Place {
  readonly room: string;
  readonly replicaName: string;
  /** Bytes on the disk. */
  readonly bytes: () => number;
}

/** A line of JSON on what each store holds; of one that is open elsewhere, only that it is. */
export async function status(settings: Settings): Promise<void> {
  for (const { room, replicaName, bytes } of await placesIn(settings)) {
    const report = await inOpenStore(settings, { room, replicaName }, async (store) => ({
      ...(await inspectStore(store)),
      lostCommits: store.lostCommits,
    }));
    print({ room, replicaName, bytes: bytes(), ...report });
  }
}

/** Reads everything, and says of each store whether it is sound. Sets the exit code where one is not. */
export async function verify(settings: Settings): Promise<void> {
  for (const { room, replicaName } of await placesIn(settings)) {
    const report = await inOpenStore(settings, { room, replicaName }, async (store) => {
      const { entries, versions, damage, damagedKeys } = await inspectStore(store);
      const isSound = damage === "" && store.lostCommits === 0;
      return { sound: isSound, entries, versions, damage, damagedKeys, lostCommits: store.lostCommits };
    });
    if (!("sound" in report) || !report.sound) process.exitCode = 1;
    print({ room, replicaName, ...report });
  }
}

/** Rewrites each store without what has been deleted or replaced. */
export async function compact(settings: Settings): Promise<void> {
  for (const { room, replicaName, bytes } of await placesIn(settings)) {
    const before = bytes();
    const report = await inOpenStore(settings, { room, replicaName }, async (store) => {
      await store.compact();
      return {};
    });
    if ("error" in report) process.exitCode = 1;
    print({ room, replicaName, bytesBefore: before, bytes: bytes(), ...report });
  }
}

async function placesIn({ data, rooms, replicaName }: Settings): Promise<Place[]> {
  const folder = new DataFolder(data);
  const stores = (await folder.stores()).filter(({ room }) => rooms.length === 0 || rooms.includes(room));
  const missing = rooms.filter((room) => !stores.some((store) => store.room === room));
  if (missing.length > 0 || stores.length === 0) {
    const which = missing.length > 0 ? ` of the room "${missing[0]}"` : "";
    throw new InputError(`${data} holds no store${which}. Name another folder with --data, or another room.`);
  }
  // A store that was asked for by its name alone, where there are several.
  const named = stores.filter((store) => store.replicaName === replicaName);
  return (rooms.length > 0 && named.length > 0 ? named : stores).map((store) => {
    const { database } = folder.place(store.room, store.replicaName);
    return { ...store, bytes: () => bytesIn(database) };
  });
}

async function inOpenStore<T extends object>(
  { data }: Settings,
  place: { readonly room: string; readonly replicaName: string },
  use: (store: LevelDbStore) => Promise<T>,
): Promise<T | { readonly error: string; readonly code: string }> {
  let store: LevelDbStore | undefined;
  try {
    store = await levelDbStorage(data).open(place);
    return await use(store);
  } catch (error) {
    if (!isReplicationError(error)) throw error;
    return { code: error.code, error: error.message };
  } finally {
    await store?.close();
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
