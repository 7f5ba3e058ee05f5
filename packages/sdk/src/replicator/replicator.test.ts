import { afterEach, describe, expect, it } from "vitest";
import { MemoryNetwork } from "../adapters/memory/memory-transport.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { ReplicationConfig } from "./config.ts";
import { Replicator } from "../index.ts";

const open: Replicator[] = [];
const vector = (...components: number[]): Float32Array => Float32Array.from(components);

async function replicator(network: MemoryNetwork, config: Partial<ReplicationConfig> = {}): Promise<Replicator> {
  const created = await Replicator.create({
    room: "room",
    dimensions: 2,
    storage: memoryStorage(),
    transport: network.transport(),
    ...config,
  });
  open.push(created);
  return created;
}

async function started(network: MemoryNetwork, config: Partial<ReplicationConfig> = {}): Promise<Replicator> {
  const created = await replicator(network, config);
  await created.start();
  return created;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function voters(of: Replicator, count: number): Promise<void> {
  await expect
    .poll(
      async () =>
        (await of.replicas()).filter((replica) => replica.role === "voter" && replica.status !== "offline").length,
    )
    .toBe(count);
}

describe("a replicator alone", () => {
  it("writes and reads at one", async () => {
    const alone = await replicator(new MemoryNetwork());
    const receipt = await alone.write(
      { id: "a", vector: vector(1, 2), metadata: { text: "hello" } },
      { consistency: "one" },
    );
    expect(receipt.acks).toEqual([alone.nodeId]);
    expect(await alone.get("a")).toMatchObject({ id: "a", vector: vector(1, 2), metadata: { text: "hello" } });
    expect(await alone.count()).toBe(1);
  });

  it("refuses a quorum that cannot be had at once, and keeps the write (Q2)", async () => {
    const alone = await started(new MemoryNetwork());
    const writing = alone.write({ id: "a", vector: vector(1, 2) });
    await expect(writing).rejects.toMatchObject({
      code: "quorum-unavailable",
      required: 2,
      alive: 1,
      outcome: "unknown",
    });
    expect(await alone.get("a")).toBeDefined();
  });
});

describe("three replicators", () => {
  it("enrol up to the replication factor and acknowledge a quorum write (Q4)", async () => {
    const network = new MemoryNetwork();
    const [a, b, c] = [await started(network), await started(network), await started(network)];
    await voters(a, 3);
    await voters(c, 3);
    const receipt = await c.write({ id: "x", vector: vector(3, 4) }, { consistency: "quorum" });
    expect(receipt.acks.length).toBeGreaterThanOrEqual(2);
    const all = await b.write({ id: "y", vector: vector(3, 4) }, { consistency: "all" });
    expect(new Set(all.acks)).toEqual(new Set([a.nodeId, b.nodeId, c.nodeId]));
    await expect.poll(() => a.count()).toBe(2);
    await expect.poll(() => a.lagMs()).toBe(0);
  });

  it("brings a late joiner what it missed (S2 to S5)", async () => {
    const network = new MemoryNetwork();
    const a = await started(network);
    const entries = Array.from({ length: 3000 }, (_, i) => ({ id: `e${i}`, vector: vector(i, 1) }));
    for (let i = 0; i < 3; i++) await a.writeBatch(entries.slice(i * 1000, (i + 1) * 1000), { consistency: "one" });
    await a.delete("e7", { consistency: "one" });
    const b = await started(network);
    await expect.poll(() => b.count()).toBe(2999);
    expect(await b.get("e7")).toBeUndefined();
    expect((await b.search(vector(2999, 1), { k: 1, metric: "euclidean" }))[0]?.id).toBe("e2999");
  });
});
