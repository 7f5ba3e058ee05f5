import { STORE_FORMAT } from "../core/codec/durable-record.ts";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { storedLineages } from "../core/lineage-state.ts";
import { NODE_KEY, PROGRESS_KEY, REPLICA_SETS_KEY } from "../core/store-layout.ts";
import { CausalContext } from "../core/causal-context.ts";
import { CollectionLab } from "../core/collection-lab.fixture.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import { encodeJsonRecord } from "../core/codec/json-record.ts";
import { loadStore, type LoadedStore } from "./store-image.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import { nodeOf } from "../core/replica-state.fixture.ts";
import type { Store } from "../ports/storage.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";

const founding = {
  replicationFactor: 3,
  distinctDevices: true,
  dimensions: 2,
  conflictResolution: "last-write-wins",
  signed: false,
};

/** A voter's store as its replica leaves it: live versions, a tombstone, a horizon, a lease. */
function records(): Map<string, Uint8Array> {
  const lab = new CollectionLab(1, [1, 2]);
  const peer = lab.connect(2);
  lab.put("a", "b", "c", "d");
  lab.delete("d");
  lab.hear(peer);
  lab.pass(20_000);
  lab.reopen();
  lab.put("a", "e");
  lab.delete("b");
  const node = { nodeId: nodeOf(1) };
  return new Map([
    ...lab.store,
    [NODE_KEY, encodeJsonRecord(node)],
    [REPLICA_SETS_KEY, encodeJsonRecord(storedLineages(lab.state))],
  ]);
}

const sound = records();
const keys = [...sound.keys()].sort();

async function storeOf(map: ReadonlyMap<string, Uint8Array>): Promise<Store> {
  const store = await memoryStorage().open({ room: "room", replicaName: "mine" });
  await store.commit({ puts: [...map], deletes: [] }, "strict");
  return store;
}

const load = (store: Store): Promise<LoadedStore> =>
  loadStore(store, { founding, steadyVoter: false }, systemRuntime());

function heldBy({ image }: LoadedStore): string[] {
  return image.versions
    .list()
    .slice(0, image.versions.size)
    .map(({ dot }) => `v/${dot.origin}/${dot.seq}`)
    .sort();
}

function claimOf({ image }: LoadedStore): CausalContext {
  return CausalContext.EMPTY.with(
    image.versions
      .list()
      .slice(0, image.versions.size)
      .map(({ dot }) => dot),
  );
}

describe("a torn store", () => {
  it("has every kind of record in these tests", () => {
    const kinds = ["v/", "c/", "h/", "m/node", "m/progress", "m/replica-set", "m/leases"];
    expect(kinds.filter((kind) => !keys.some((key) => key.startsWith(kind)))).toEqual([]);
  });

  it("is none while all is as it was written", async () => {
    const loaded = await load(await storeOf(sound));
    expect(loaded.damage.isNone).toBe(true);
    expect(loaded.image.nodeId).toBe(nodeOf(1));
    expect(loaded.image.horizon.isEmpty).toBe(false);
  });

  const damages = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom("missing", "flipped", "truncated", "empty"), {
    minKeys: 1,
    maxKeys: keys.length,
  });

  it(
    "opens with exactly what is sound, claims that and no more, says what is not, and is whole from then on (S1)",
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(damages, fc.nat(), async (damage, where) => {
          const torn = new Map(sound);
          for (const [key, kind] of Object.entries(damage)) {
            if (kind === "missing") torn.delete(key);
            else torn.set(key, garbled(sound.get(key)!, kind, where));
          }
          // The same flip in the first byte of all of them is taken for another format, which the next test is about.
          const formats = [...torn].filter(([key]) => key.startsWith("m/")).map(([, value]) => value[0]);
          const isOther = formats[0] !== undefined && formats[0] !== STORE_FORMAT;
          const isOtherFormat = formats.length > 1 && isOther && new Set(formats).size === 1;
          if (torn.size === 0 || isOtherFormat) return;
          const store = await storeOf(torn);
          const loaded = await load(store);
          const legible = [...torn]
            .filter(([key, value]) => key.startsWith("v/") && isLegible(value))
            .map(([key]) => key);
          expect(heldBy(loaded)).toEqual(legible.sort());
          // A payload's damage shows when it is read.
          const lost = Object.keys(damage).filter((key) => !legible.includes(key));
          const dataLost = lost.some((key) => key !== "m/leases");
          expect(loaded.damage.isNone).toBe(lost.every((key) => damage[key] === "missing" && key === "m/leases"));
          if (dataLost) {
            expect(loaded.image.context.digest.equals(claimOf(loaded).digest)).toBe(true);
            expect(loaded.image.horizon.isEmpty).toBe(true);
          }
          const isSomebodyElse = lost.some((key) => [NODE_KEY, PROGRESS_KEY, REPLICA_SETS_KEY].includes(key));
          expect(loaded.image.nodeId === nodeOf(1)).toBe(!isSomebodyElse);
          // Q3: what it may have acknowledged and lost must not count.
          if (dataLost && !isSomebodyElse) expect(loaded.image.counter).toBe(0);
          const again = await load(store);
          expect(again.damage.isNone).toBe(true);
          expect(again.image.nodeId).toBe(loaded.image.nodeId);
          expect(heldBy(again)).toEqual(heldBy(loaded));
          expect(again.image.context.digest.equals(loaded.image.context.digest)).toBe(true);
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each([
    ["v/", "versions"],
    ["c/", "its context"],
    ["h/", "its horizon"],
    ["m/node", "its identity"],
    ["m/progress", "its progress"],
    ["m/replica-set", "its replica set"],
  ])("names what is missing: %s", async (prefix, name) => {
    const torn = new Map(sound);
    torn.delete(keys.find((key) => key.startsWith(prefix))!);
    expect((await load(await storeOf(torn))).damage.parts).toContain(name);
  });

  it("that has lost its leases alone goes on as it was", async () => {
    const torn = new Map([...sound, ["m/leases", Uint8Array.of(1, 2, 3)] as const]);
    const { image, damage } = await load(await storeOf(torn));
    expect(damage.parts).toBe("its leases");
    expect(image.horizon.isEmpty).toBe(false);
    expect(image.counter).toBeGreaterThan(0);
  });

  it("whose adapter knows that it has lost its latest commits claims what it holds, and is no voter that counts (S1, Q3)", async () => {
    const store = await storeOf(sound);
    const loaded = await load(Object.assign(store, { lostCommits: 2 }));
    expect(loaded.damage.parts).toBe("its latest commits");
    expect(loaded.image.counter).toBe(0);
    expect(loaded.image.context.digest.equals(claimOf(loaded).digest)).toBe(true);
    expect(loaded.image.nodeId).toBe(nodeOf(1));
  });

  it("of another format is refused, and not emptied", async () => {
    const newer = new Map(
      [...sound].map(([key, bytes]) => [key, bytes.map((byte, i) => (i === 0 ? 9 : byte))] as const),
    );
    const store = await storeOf(newer);
    await expect(load(store)).rejects.toMatchObject({ code: "storage-corrupt" });
    expect((await store.get(["m/node"]))[0]).toEqual(newer.get("m/node"));
  });
});

function garbled(bytes: Uint8Array, kind: string, where: number): Uint8Array {
  if (kind === "empty") return new Uint8Array();
  if (kind === "truncated") return bytes.slice(0, where % bytes.length);
  return bytes.map((byte, i) => (i === where % bytes.length ? byte ^ (1 << (where % 8)) : byte));
}

/** By its stamp: the payload has a checksum of its own, which is looked at when it is read. */
function isLegible(bytes: Uint8Array): boolean {
  try {
    return decodeStoredStamp(bytes).stamp.dot.seq > 0;
  } catch {
    return false;
  }
}
