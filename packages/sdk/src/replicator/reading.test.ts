import { describe, expect, it } from "vitest";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import { Room, type Replicator, vector } from "./room.fixture.ts";
import type { SessionToken } from "../core/session-token.ts";

const room = new Room();
const entry = (id: string, n = 1): { id: string; vector: Float32Array; metadata: { n: number } } => ({
  id,
  vector: vector(n, 1),
  metadata: { n },
});

describe("get", () => {
  it("at quorum shows what another replica has had acknowledged at quorum (Q9)", async () => {
    const [a, , c] = (await room.voters(3, { distinctDevices: false })) as [Replicator, Replicator, Replicator];
    for (let n = 1; n <= 20; n++) {
      await a.write(entry("x", n), { consistency: "quorum" });
      expect(await c.get("x", { consistency: "quorum" })).toMatchObject({ id: "x", metadata: { n } });
    }
    await a.delete("x");
    expect(await c.get("x", { consistency: "all" })).toBeUndefined();
  });

  it("at quorum fails alone, and at one does not (Q2)", async () => {
    const alone = await room.started();
    await alone.write(entry("x"), { consistency: "one" });
    await expect(alone.get("x", { consistency: "quorum" })).rejects.toMatchObject({ code: "quorum-unavailable" });
    expect(await alone.get("x")).toMatchObject({ id: "x" });
    expect(await alone.get("x", { consistency: "one" })).toMatchObject({ id: "x" });
  });

  it("after a session waits for its writes, on any replica, and gives up in time (Q9)", async () => {
    const [a, b] = (await room.voters(2, { distinctDevices: false })) as [Replicator, Replicator];
    const { session } = await a.write(entry("x", 7), { consistency: "one" });
    expect(await b.get("x", { after: session })).toMatchObject({ metadata: { n: 7 } });
    await a.stop();
    const later = await a.write(entry("x", 8), { consistency: "one" });
    await expect(b.get("x", { after: later.session, timeoutMs: 30 })).rejects.toMatchObject({
      code: "session-not-satisfied",
      missing: 1,
    });
    const waiting = b.get("x", { after: later.session, timeoutMs: 20_000 });
    await a.start();
    expect(await waiting).toMatchObject({ metadata: { n: 8 } });
  });

  it("after a session works in the next opening of a store (Q9)", async () => {
    const storage = memoryStorage();
    const first = await room.replicator({ storage, replicaName: "1" });
    const { session } = await first.write(entry("x"), { consistency: "one" });
    await first.close();
    const again = await room.replicator({ storage, replicaName: "1" });
    expect(await again.get("x", { after: session })).toMatchObject({ id: "x" });
  });

  it("stops waiting by its signal and by closing (P4)", async () => {
    const [a, b] = (await room.voters(2, { distinctDevices: false })) as [Replicator, Replicator];
    await a.stop();
    const { session } = await a.write(entry("x"), { consistency: "one" });
    const controller = new AbortController();
    const aborted = b.get("x", { after: session, signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
    await expect(b.get("x", { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    const closed = b.get("x", { after: session });
    const read = b.get("x", { consistency: "all" });
    const [first, second] = await Promise.allSettled([closed, read, b.close()]);
    expect(first).toMatchObject({ reason: { code: "closed" } });
    expect(second).toMatchObject({ status: "rejected" });
  });
});

describe("an ordered write", () => {
  it("says so in its receipt, and comes after what its writer has not seen (Q9)", async () => {
    const [a, b, c] = (await room.voters(3, { distinctDevices: false })) as [Replicator, Replicator, Replicator];
    await Promise.all([a, b, c].map((each, n) => each.write(entry("x", n), { ordered: true })));
    const receipt = await c.write(entry("x", 9), { consistency: "all", ordered: true });
    expect(receipt).toMatchObject({ ordered: true, required: 3 });
    expect(await a.get("x", { consistency: "quorum" })).toMatchObject({ metadata: { n: 9 }, dots: receipt.dots });
    expect((await a.write(entry("y"))).ordered).toBe(false);
    expect(await b.delete("x", { ordered: true })).toMatchObject({ ordered: true });
    expect(await c.get("x", { consistency: "quorum" })).toBeUndefined();
  });

  it("is made without its order where too few answer, and its dots can be confirmed (Q2, Q8)", async () => {
    const alone = await room.started();
    const failing = alone.write(entry("x"), { consistency: "quorum", ordered: true });
    await expect(failing).rejects.toMatchObject({ code: "quorum-unavailable", dots: [{ seq: 1 }] });
    expect(await alone.get("x")).toMatchObject({ id: "x" });
  });
});

describe("what no caller should pass", () => {
  it("is refused by an error that names it (P4)", async () => {
    const alone = await room.replicator();
    const receipt = await alone.write(entry("x"), { consistency: "one" });
    const calls: [string, Promise<unknown>][] = [
      ["invalid-entry", alone.confirm(receipt as never)],
      ["invalid-entry", alone.confirm(undefined as never)],
      ["invalid-entry", alone.confirm([undefined as never])],
      ["invalid-entry", alone.write(undefined as never)],
      ["invalid-entry", alone.write(null as never)],
      ["invalid-entry", alone.writeBatch(undefined as never)],
      ["invalid-entry", alone.writeBatch(entry("x") as never)],
      ["invalid-entry", alone.delete(undefined as never)],
      ["invalid-entry", alone.deleteBatch("x" as never)],
      ["invalid-entry", alone.get(undefined as never)],
      ["invalid-config", alone.write(entry("x"), null as never)],
      ["invalid-config", alone.write(entry("x"), { signal: {} as never })],
      ["invalid-config", alone.write(entry("x"), { ordered: 1 as never })],
      ["invalid-config", alone.write(entry("x"), { ordered: true, consistency: "one" })],
      ["invalid-config", alone.get("x", { consistency: "two" as never })],
      ["invalid-config", alone.get("x", { after: "nonsense" as SessionToken })],
      ["invalid-config", alone.get("x", { after: receipt as never })],
      ["invalid-config", alone.get("x", null as never)],
    ];
    for (const [code, call] of calls) await expect(call).rejects.toMatchObject({ code, name: "ReplicationError" });
    expect(await alone.count()).toBe(1);
  });
});
