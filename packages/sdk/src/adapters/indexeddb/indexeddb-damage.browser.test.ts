import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryNetwork } from "../memory/memory-transport.ts";
import { Replicator, type ReplicationError } from "../../index.ts";
import { storeDatabaseName } from "./database-names.ts";

const ENTRIES = 40;
const WAIT = { timeout: 20_000, interval: 20 };

let room: string;
let network: MemoryNetwork;
let open: Replicator[];

beforeEach(() => {
  room = crypto.randomUUID();
  network = new MemoryNetwork();
  open = [];
});

afterEach(async () => {
  for (const replicator of open) await replicator.deleteStore().catch(() => undefined);
});

/** Both are stores of this one profile, so that both can only be voters where devices do not matter. */
async function replica(replicaName: string): Promise<Replicator> {
  const created = await Replicator.create({
    room,
    replicaName,
    dimensions: 4,
    replicationFactor: 2,
    distinctDevices: false,
    syncIntervalMs: 20,
    transport: network.transport(),
  });
  open.push(created);
  return created;
}

/** Two voters that hold the same, in IndexedDB. The second is closed. */
async function pairOfStores(): Promise<Replicator> {
  const [kept, torn] = [await replica("kept"), await replica("torn")];
  for (const each of [kept, torn]) await each.start();
  await expect.poll(async () => (await kept.replicas()).filter(({ role }) => role === "voter").length, WAIT).toBe(2);
  const entries = Array.from({ length: ENTRIES }, (_, i) => ({
    id: `entry ${i}`,
    vector: Float32Array.of(i, 1, 2, 3),
    metadata: { text: `the text of ${i}` },
  }));
  await kept.writeBatch(entries, { consistency: "all", timeoutMs: 20_000 });
  await torn.close();
  return kept;
}

type Damage = (bytes: Uint8Array) => Uint8Array | undefined;

const flippedAt =
  (at: number): Damage =>
  (bytes) =>
    bytes.map((byte, i) => (i === Math.floor(at * (bytes.length - 1)) ? byte ^ 0x10 : byte));

const DAMAGES: Readonly<Record<string, Damage>> = {
  "a bit of its stamp flipped": flippedAt(0.3),
  "all but its beginning cut off": (bytes) => bytes.slice(0, bytes.length / 4),
  "nothing in it": () => new Uint8Array(),
  "been deleted": () => undefined,
};

/** Changes what the browser has stored, behind the back of everybody. Returns the keys of what it has damaged. */
async function damageStore(prefix: string, damage: Damage, every = 1): Promise<string[]> {
  const database = await opened(indexedDB.open(storeDatabaseName(room, "torn")));
  const transaction = database.transaction("entries", "readwrite", { durability: "strict" });
  const entries = transaction.objectStore("entries");
  const keys = (await opened(entries.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uFFFF`)))) as string[];
  const damaged = keys.filter((_, i) => i % every === 0);
  for (const key of damaged) {
    const bytes = damage(new Uint8Array(await opened(entries.get(key))));
    if (bytes === undefined) entries.delete(key);
    else entries.put(bytes, key);
  }
  await new Promise((resolve, reject) => {
    transaction.addEventListener("complete", resolve);
    transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("aborted")));
  });
  database.close();
  return damaged;
}

function opened<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("no error given")));
  });
}

async function idsOf(replicator: Replicator): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of replicator.entries()) ids.push(id);
  return ids.sort();
}

function errorsOf(replicator: Replicator): ReplicationError[] {
  const errors: ReplicationError[] = [];
  replicator.on("error", ({ error }) => errors.push(error));
  return errors;
}

test.each(Object.keys(DAMAGES))(
  "S1: a store of which every third record has %s opens with the sound ones, says so, and is healed",
  async (name) => {
    const kept = await pairOfStores();
    const all = await idsOf(kept);
    const damaged = await damageStore("v/", DAMAGES[name]!, 3);
    expect(damaged.length).toBeGreaterThan(10);
    const torn = await replica("torn");
    const errors = errorsOf(torn);
    expect(await torn.count()).toBe(ENTRIES - damaged.length);
    const sound = await idsOf(torn);
    expect(all).toEqual(expect.arrayContaining(sound));
    await expect.poll(() => errors.map(({ code }) => code), WAIT).toContain("storage-corrupt");
    expect(errors[0]!.message).toContain("versions");
    await torn.start();
    await expect.poll(() => idsOf(torn), WAIT).toEqual(all);
    const healed = await torn.get("entry 0");
    expect(healed).toMatchObject({ metadata: { text: "the text of 0" }, vector: Float32Array.of(0, 1, 2, 3) });
    // What the sound peer holds has not suffered, and the healed one votes again (Q3).
    expect(await idsOf(kept)).toEqual(all);
    const later = { id: "later", vector: Float32Array.of(9, 9, 9, 9), metadata: {} };
    await expect
      .poll(() => kept.write(later, { consistency: "all" }).then(({ acks }) => acks.length, String), WAIT)
      .toBe(2);
    await torn.close();
    const again = await replica("torn");
    const told = errorsOf(again);
    expect(await idsOf(again)).toEqual([...all, "later"].sort());
    await again.start();
    expect(told).toEqual([]);
  },
);

test.each([
  ["has its last bits flipped", flippedAt(1)],
  ["ends too early", (bytes: Uint8Array) => bytes.slice(0, -5)],
])(
  "S1: a record whose stamp is sound and whose vector %s is found when it is read, and healed",
  async (_name, damage) => {
    const kept = await pairOfStores();
    const all = await idsOf(kept);
    await damageStore("v/", damage);
    const torn = await replica("torn");
    const errors = errorsOf(torn);
    expect(await torn.count()).toBe(ENTRIES);
    await torn.start();
    await idsOf(torn).catch(() => undefined);
    await expect.poll(() => errors.map(({ code }) => code), WAIT).toContain("storage-corrupt");
    await expect.poll(() => idsOf(torn).catch(String), WAIT).toEqual(all);
    for (const id of all) expect(await torn.get(id)).toEqual(await kept.get(id));
  },
);

test.each([
  ["m/node", "its identity"],
  ["m/progress", "its progress"],
  ["m/replica-sets", "its replica set"],
  ["c/", "its context"],
])("S1: a store that has lost %s says so, keeps its versions and is healed", async (prefix, part) => {
  const kept = await pairOfStores();
  const all = await idsOf(kept);
  expect(await damageStore(prefix, flippedAt(0.5))).not.toEqual([]);
  const torn = await replica("torn");
  const errors = errorsOf(torn);
  expect(await idsOf(torn)).toEqual(all);
  await expect.poll(() => errors.map(({ code }) => code), WAIT).toContain("storage-corrupt");
  expect(errors[0]!.message).toContain(part);
  await torn.start();
  await kept.write({ id: "later", vector: Float32Array.of(9, 9, 9, 9), metadata: {} }, { consistency: "one" });
  await expect.poll(() => idsOf(torn), WAIT).toEqual([...all, "later"].sort());
  expect(await idsOf(kept)).toEqual([...all, "later"].sort());
});
