import { describe, expect, it } from "vitest";
import { eventually, type Replicator, Room, vector } from "./room.fixture.ts";

const room = new Room();

describe("a replicator alone", () => {
  it("writes and reads at one", async () => {
    const alone = await room.replicator();
    const receipt = await alone.write(
      { id: "a", vector: vector(1, 2), metadata: { text: "hello" } },
      { consistency: "one" },
    );
    expect(receipt.acks).toEqual([alone.nodeId]);
    expect(await alone.get("a")).toMatchObject({ id: "a", vector: vector(1, 2), metadata: { text: "hello" } });
    expect(await alone.count()).toBe(1);
  });

  it("refuses a quorum that cannot be had at once, and keeps the write (Q2)", async () => {
    const alone = await room.started();
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
    const [a, b, c] = (await room.voters(3)) as [Replicator, Replicator, Replicator];
    const receipt = await c.write({ id: "x", vector: vector(3, 4) }, { consistency: "quorum" });
    expect(receipt.acks.length).toBeGreaterThanOrEqual(2);
    const all = await b.write({ id: "y", vector: vector(3, 4) }, { consistency: "all" });
    expect(new Set(all.acks)).toEqual(new Set([a.nodeId, b.nodeId, c.nodeId]));
    await eventually(() => a.count(), 2);
    await eventually(() => a.lagMs(), 0);
  });

  it("brings a late joiner what it missed (S2 to S5)", async () => {
    const late = new Room();
    const a = await late.started();
    const entries = Array.from({ length: 3000 }, (_, i) => ({ id: `e${i}`, vector: vector(i, 1) }));
    for (let i = 0; i < 3; i++) await a.writeBatch(entries.slice(i * 1000, (i + 1) * 1000), { consistency: "one" });
    await a.delete("e7", { consistency: "one" });
    const b = await late.started();
    await eventually(() => b.count(), 2999);
    expect(await b.get("e7")).toBeUndefined();
    expect((await b.search(vector(2999, 1), { k: 1, metric: "euclidean" }))[0]?.id).toBe("e2999");
    await late.close();
  });
});
