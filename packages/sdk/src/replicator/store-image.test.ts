import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, Room, vector, voterCount } from "./room.fixture.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { StorageAdapter } from "../ports/storage.ts";

const entry = (id: string, n = 1) => ({ id, vector: vector(n, 2) });

describe("a store", () => {
  const room = new Room();

  it("that is opened again has its identity, entries and vote (P1, C1)", async () => {
    const storage = memoryStorage();
    const [a] = await room.voters(1, { storage });
    const b = await room.started();
    await eventually(() => voterCount(b), 2);
    await a!.writeBatch([entry("x"), entry("y")], { consistency: "quorum" });
    await a!.delete("y", { consistency: "quorum" });
    await a!.close();
    const again = await room.replicator({ storage });
    expect(again.nodeId).toBe(a!.nodeId);
    expect((await again.replicas())[0]).toMatchObject({ id: a!.nodeId, role: "voter" });
    expect(await again.get("x")).toMatchObject(entry("x"));
    expect(await again.get("y")).toBeUndefined();
    await again.start();
    await eventually(() => voterCount(again), 2);
    const receipt = await again.write(entry("z"), { consistency: "quorum" });
    expect(receipt.acks).toContain(b.nodeId);
    // Another opening, another origin: no dot is ever used twice (C2).
    const [old, fresh] = [(await again.get("x"))!.dots[0]!, receipt.dots[0]!];
    expect(fresh.origin).not.toBe(old.origin);
  });

  it("of a room with other facts is refused, and its lock released", async () => {
    const storage = memoryStorage();
    await (await room.replicator({ storage, dimensions: 2 })).close();
    await expect(room.replicator({ storage, dimensions: 3 })).rejects.toMatchObject({
      code: "room-mismatch",
      fact: "dimensions",
      ours: "3",
      theirs: "2",
    });
    await room.replicator({ storage, dimensions: 2, replicaName: "auto" });
  });

  it("that is deleted is empty and somebody else when opened again", async () => {
    const storage = memoryStorage();
    const first = await room.replicator({ storage });
    await first.write(entry("a"), { consistency: "one" });
    await first.deleteStore();
    const second = await room.replicator({ storage });
    expect(await second.count()).toBe(0);
    expect(second.nodeId).not.toBe(first.nodeId);
  });

  it("that has lost what it had promised as a voter is a new replica, keeps its versions, and says so (C1, S1)", async () => {
    const healing = new Room();
    const storage = memoryStorage();
    const [a, b] = [await healing.started({ storage, replicaName: "mine" }), await healing.started()];
    await eventually(() => voterCount(a), 2);
    await a.write(entry("x"), { consistency: "quorum" });
    await a.close();
    const store = await storage.open({ room: "room", replicaName: "mine" });
    await store.commit({ puts: [["m/progress", Uint8Array.of(1, 2, 3, 4, 5, 6)]], deletes: [] }, "strict");
    await store.close();
    const again = await healing.replicator({ storage, replicaName: "mine" });
    const events = recorded(again);
    expect(again.nodeId).not.toBe(a.nodeId);
    expect(await again.get("x")).toMatchObject(entry("x"));
    await eventually(() => errorCodes(events), ["storage-corrupt"]);
    await again.write(entry("y"), { consistency: "one" });
    await again.start();
    await eventually(() => b.count(), 2);
    await healing.close();
  });

  it("with a damaged version drops it, claims it no more, says so, and heals from a peer (S1)", async () => {
    const healing = new Room();
    const storage = memoryStorage();
    const [a, b] = [await healing.started({ storage, replicaName: "mine" }), await healing.started()];
    await a.writeBatch([entry("x"), entry("y"), entry("z")], { consistency: "one" });
    await eventually(() => b.count(), 3);
    await a.close();
    const store = await storage.open({ room: "room", replicaName: "mine" });
    for await (const chunk of store.scan("v/")) {
      const [key, value] = chunk[0]!;
      await store.commit(
        { puts: [[key, value.map((byte, i) => (i === 12 ? byte ^ 1 : byte))]], deletes: [] },
        "strict",
      );
    }
    await store.close();
    const again = await healing.replicator({ storage, replicaName: "mine" });
    const events = recorded(again);
    expect(await again.count()).toBe(2);
    await eventually(() => errorCodes(events), ["storage-corrupt"]);
    await again.start();
    await eventually(() => again.count(), 3);
    await again.close();
    const healed = await healing.replicator({ storage, replicaName: "mine" });
    expect(await healed.count()).toBe(3);
    await healing.close();
  });

  it("whose context was rolled back behind what it holds claims what it holds (S1)", async () => {
    const storage = memoryStorage();
    const first = await room.replicator({ storage, replicaName: "mine" });
    await first.writeBatch([entry("x"), entry("y")], { consistency: "one" });
    await first.close();
    const store = await storage.open({ room: "room", replicaName: "mine" });
    for await (const chunk of store.scan("c/"))
      await store.commit({ puts: [], deletes: chunk.map(([key]) => key) }, "strict");
    await store.close();
    const again = await room.replicator({ storage, replicaName: "mine" });
    const { dots } = (await again.get("x"))!;
    expect(await again.confirm(dots, { consistency: "one" })).toMatchObject({ dots });
  });

  it("that fails a commit fails that write alone, typed, and goes on", async () => {
    const inner = memoryStorage();
    let full = false;
    const storage: StorageAdapter = {
      async open(request) {
        const store = await inner.open(request);
        const commit = store.commit.bind(store);
        store.commit = (batch, durability) =>
          full ? Promise.reject(new Error("disk full")) : commit(batch, durability);
        return store;
      },
    };
    const alone = await room.replicator({ storage });
    full = true;
    await expect(alone.write(entry("a"), { consistency: "one" })).rejects.toThrow("disk full");
    expect(await alone.get("a")).toBeUndefined();
    full = false;
    await alone.write(entry("a"), { consistency: "one" });
    expect(await alone.count()).toBe(1);
  });
});
