import { describe, expect, it } from "vitest";
import { eventually, Room, vector } from "./room.fixture.ts";
import { MemoryNetwork } from "../adapters/memory/memory-transport.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { StorageAdapter } from "../ports/storage.ts";
import type { TransportAdapter } from "../ports/transport.ts";

const entry = (id: string, n = 1) => ({ id, vector: vector(n, 2) });

/** Stores whose commits wait until `let go` is called. */
function slowStorage(inner: StorageAdapter): { storage: StorageAdapter; hold(): void; letGo(): void } {
  let gate: Promise<void> | undefined;
  let open = (): void => undefined;
  return {
    hold() {
      gate = new Promise((resolve) => (open = resolve));
    },
    letGo() {
      gate = undefined;
      open();
    },
    storage: {
      async open(request) {
        const store = await inner.open(request);
        const commit = store.commit.bind(store);
        store.commit = async (batch, durability) => {
          await gate;
          await commit(batch, durability);
        };
        return store;
      },
    },
  };
}

describe("an aborted signal (P4)", () => {
  const room = new Room();

  it("before the call does nothing", async () => {
    const alone = await room.replicator();
    const signal = AbortSignal.abort(new Error("no more"));
    const writing = alone.write(entry("a"), { consistency: "one", signal });
    await expect(writing).rejects.toMatchObject({ code: "aborted", cause: { message: "no more" } });
    await expect(alone.delete("a", { signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(alone.confirm([], { signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(alone.addReplica(alone.nodeId, { signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(alone.search(vector(1, 2), { signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(alone.entries({ signal }).next()).resolves.toEqual({ done: true, value: undefined });
    expect(await alone.count()).toBe(0);
  });

  it("during a write gives up waiting at once; what was begun may take effect", async () => {
    const slow = slowStorage(memoryStorage());
    const alone = await room.replicator({ storage: slow.storage });
    slow.hold();
    const aborting = new AbortController();
    const writing = alone.write(entry("a"), { consistency: "one", signal: aborting.signal });
    aborting.abort();
    await expect(writing).rejects.toMatchObject({ code: "aborted" });
    slow.letGo();
    await eventually(() => alone.count(), 1);
  });

  it("while entries are read ends the reading with `aborted`", async () => {
    const alone = await room.replicator();
    await alone.writeBatch([entry("a"), entry("b")], { consistency: "one" });
    const aborting = new AbortController();
    const reading = alone.entries({ signal: aborting.signal });
    await reading.next();
    aborting.abort();
    await expect(reading.next()).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("closing", () => {
  const room = new Room();

  it("settles every promise: stored writes resolve, the rest is rejected, readers end (P4)", async () => {
    const slow = slowStorage(memoryStorage());
    const [a] = await room.voters(1, { replicationFactor: 1, storage: slow.storage });
    const b = await room.started({ replicationFactor: 1 });
    const events = a!.events();
    const changes = a!.changes();
    const [event, change] = [events.next(), changes.next()];
    await eventually(() => a!.replicas().then((replicas) => replicas.length), 2);
    slow.hold();
    const [one, quorum] = [
      a!.write(entry("x"), { consistency: "one" }),
      a!.write(entry("y"), { consistency: "quorum" }),
    ];
    const [forced, removed] = [a!.forceSync(b.nodeId), a!.removeReplica(b.nodeId)];
    const pending = [quorum, forced, removed].map((promise) =>
      promise.then(
        () => "resolved",
        (error: unknown) => (error as { code?: string }).code,
      ),
    );
    const closing = a!.close();
    expect(a!.close()).toBe(closing);
    slow.letGo();
    await closing;
    expect((await one).acks).toEqual([a!.nodeId]);
    for (const outcome of await Promise.all(pending)) expect(outcome).toBeTypeOf("string");
    await event;
    await change;
    for await (const last of events) expect(last).toBeDefined();
    for await (const last of changes) expect(last).toBeDefined();
  });

  it("is the reason that a write which still waits for voters is given, not that they are gone (P4)", async () => {
    const [, , c] = await room.voters(3);
    const writing = c!.write(entry("late"), { consistency: "all" }).catch((error: unknown) => error);
    await c!.close();
    expect(await writing).toMatchObject({ code: "closed" });
  });

  it("makes every later call say `closed`", async () => {
    const alone = await room.replicator();
    await alone.close();
    const closed = { code: "closed" };
    await expect(alone.write(entry("a"))).rejects.toMatchObject(closed);
    await expect(alone.get("a")).rejects.toMatchObject(closed);
    await expect(alone.count()).rejects.toMatchObject(closed);
    await expect(alone.search(vector(1, 2))).rejects.toMatchObject(closed);
    await expect(alone.start()).rejects.toMatchObject(closed);
    await expect(alone.deleteStore()).rejects.toMatchObject(closed);
    await expect(alone.entries().next()).rejects.toMatchObject(closed);
    expect(() => alone.changes()).toThrow(expect.objectContaining(closed));
    expect(() => alone.events()).toThrow(expect.objectContaining(closed));
    await alone.close();
  });

  it("releases the store also when the transport fails to leave", async () => {
    const storage = memoryStorage();
    const failing: TransportAdapter = {
      join: async () => ({ prefer() {}, stop: () => Promise.reject(new Error("stuck")) }),
    };
    const first = await room.replicator({ storage, transport: failing, replicaName: "mine" });
    await first.start();
    await expect(first.close()).rejects.toThrow("stuck");
    const again = await room.replicator({ storage, replicaName: "mine" });
    expect(again.nodeId).toBe(first.nodeId);
  });

  it("by `await using` releases the lock", async () => {
    const storage = memoryStorage();
    {
      await using first = await room.replicator({ storage, replicaName: "mine" });
      await expect(room.replicator({ storage, replicaName: "mine" })).rejects.toMatchObject({ code: "replica-in-use" });
      expect(first.replicaName).toBe("mine");
    }
    await room.replicator({ storage, replicaName: "mine" });
  });
});

describe("starting and stopping", () => {
  it("may be repeated in any order, and leave reads and writes at one alone", async () => {
    const room = new Room();
    const network = new MemoryNetwork();
    const [a, b] = [
      await room.started({ transport: network.transport() }),
      await room.started({ transport: network.transport() }),
    ];
    await Promise.all([a.stop(), a.start(), a.start(), a.stop(), a.stop()]);
    await a.write(entry("x"), { consistency: "one" });
    await eventually(() => b.replicas().then((replicas) => replicas.filter((r) => r.status !== "offline").length), 1);
    await a.start();
    await eventually(() => b.count(), 1);
    await room.close();
  });
});
