import { expect, test } from "vitest";
import { inspectStore } from "./inspect-store.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import { Room, vector } from "./room.fixture.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";
import { VERSION_PREFIX } from "../core/store-layout.ts";

async function writtenStore() {
  const storage = memoryStorage();
  const replicator = await new Room().replicator({ storage, replicaName: "mine" });
  const entries = ["a", "b", "c"].map((id) => ({ id, vector: vector(1, 2), metadata: { text: id } }));
  await replicator.writeBatch(entries, { consistency: "one" });
  await replicator.delete("b", { consistency: "one" });
  const { nodeId } = replicator;
  await replicator.close();
  return { nodeId, store: await storage.open({ room: "room", replicaName: "mine" }) };
}

async function recordsOf(store: Awaited<ReturnType<typeof writtenStore>>["store"]) {
  const records: (readonly [string, Uint8Array])[] = [];
  for await (const chunk of store.scan(VERSION_PREFIX)) records.push(...chunk);
  return records;
}

test("a sound store is told of as it is", async () => {
  const { nodeId, store } = await writtenStore();
  expect(await inspectStore(store, systemRuntime())).toMatchObject({
    nodeId,
    voters: [nodeId],
    isVoter: true,
    epoch: 1,
    entries: 2,
    versions: 3,
    tombstones: 1,
    damage: "",
    damagedKeys: [],
  });
});

test("S1: a damaged vector, which opening a store does not look at, is found, and nothing is changed", async () => {
  const { store } = await writtenStore();
  const [key, bytes] = (await recordsOf(store))[0]!;
  bytes[bytes.length - 1]! ^= 1;
  await store.commit({ puts: [[key, bytes]], deletes: [] }, "strict");
  expect(await inspectStore(store, systemRuntime())).toMatchObject({
    damage: "versions",
    damagedKeys: [key],
    versions: 3,
  });
  expect((await recordsOf(store)).find(([name]) => name === key)?.[1]).toEqual(bytes);
});

test("S1: a version that is gone is missed", async () => {
  const { store } = await writtenStore();
  const [key] = (await recordsOf(store))[0]!;
  await store.commit({ puts: [], deletes: [key] }, "strict");
  expect(await inspectStore(store, systemRuntime())).toMatchObject({ damage: "versions", versions: 2 });
});

test("a store without an identity is refused", async () => {
  const { store } = await writtenStore();
  await store.commit({ puts: [], deletes: ["m/node"] }, "strict");
  await expect(inspectStore(store, systemRuntime())).rejects.toMatchObject({ code: "storage-corrupt" });
});
