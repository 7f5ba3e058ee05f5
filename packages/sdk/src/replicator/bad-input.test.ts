import { describe, expect, it } from "vitest";
import { errorCodes, recorded, Room, vector } from "./room.fixture.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { ReplicationConfig } from "./config.ts";

const nested = (levels: number): object => {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { a: value };
  return value;
};
const good = { id: "good", vector: vector(1, 2) };

const BAD_ENTRIES: [string, object, string][] = [
  ["a wrong dimension", { id: "a", vector: vector(1, 2, 3) }, "dimension-mismatch"],
  ["a NaN component", { id: "a", vector: vector(1, Number.NaN) }, "invalid-entry"],
  ["an infinite component", { id: "a", vector: vector(Number.NEGATIVE_INFINITY, 1) }, "invalid-entry"],
  ["a vector that is a plain array", { id: "a", vector: [1, 2] }, "invalid-entry"],
  ["no vector", { id: "a" }, "invalid-entry"],
  ["an empty id", { id: "", vector: vector(1, 2) }, "invalid-entry"],
  ["an id over 512 bytes", { id: "ä".repeat(257), vector: vector(1, 2) }, "invalid-entry"],
  ["an id that is no string", { id: 5, vector: vector(1, 2) }, "invalid-entry"],
  ["metadata that is not JSON", { ...good, metadata: { at: new Date() } }, "invalid-entry"],
  ["metadata with undefined", { ...good, metadata: { at: undefined } }, "invalid-entry"],
  ["metadata that is an array", { ...good, metadata: [] }, "invalid-entry"],
  ["metadata deeper than 32 levels", { ...good, metadata: nested(33) }, "invalid-entry"],
  ["metadata over 64 KiB", { ...good, metadata: { text: "x".repeat(65_536) } }, "invalid-entry"],
  ["metadata with __proto__", { ...good, metadata: JSON.parse('{"__proto__":{"a":1}}') as object }, "invalid-entry"],
];

describe("an entry with", () => {
  const room = new Room();

  it.each(BAD_ENTRIES)("%s is refused, typed, and nothing of its batch is written", async (_name, entry, code) => {
    const alone = await room.replicator();
    const bad = entry as typeof good;
    await expect(alone.write(bad, { consistency: "one" })).rejects.toMatchObject({ name: "ReplicationError", code });
    const batch = [{ ...good, id: "first" }, bad, { ...good, id: "last" }];
    await expect(alone.writeBatch(batch, { consistency: "one" })).rejects.toMatchObject({ code });
    expect(await alone.count()).toBe(0);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it("the longest id and the deepest metadata is taken", async () => {
    const alone = await room.replicator();
    const id = "ä".repeat(256);
    await alone.write({ id, vector: vector(1, 2), metadata: nested(32) as never }, { consistency: "one" });
    expect((await alone.get(id))?.metadata).toEqual(nested(32));
  });

  it("an id that its batch holds twice is refused, in writes and deletes", async () => {
    const alone = await room.replicator();
    await expect(alone.writeBatch([good, good], { consistency: "one" })).rejects.toMatchObject({
      code: "invalid-entry",
      id: "good",
    });
    await expect(alone.deleteBatch(["x", "x"], { consistency: "one" })).rejects.toMatchObject({
      code: "invalid-entry",
    });
    expect(await alone.count()).toBe(0);
  });

  it("another dimension than configured is refused where the room fixes none", async () => {
    const storage = memoryStorage();
    const founder = await room.replicator({ storage, dimensions: undefined as never });
    await founder.close();
    const later = await room.replicator({ storage });
    await expect(later.write({ id: "a", vector: vector(1) }, { consistency: "one" })).rejects.toMatchObject({
      code: "dimension-mismatch",
      expected: 2,
      actual: 1,
    });
  });
});

describe("what is written", () => {
  const room = new Room();

  it("is a copy: the caller may change vector and metadata at once", async () => {
    const alone = await room.replicator();
    const mutable = { id: "a", vector: vector(1, 2), metadata: { tags: ["x"] } };
    const writing = alone.write(mutable, { consistency: "one" });
    mutable.vector.fill(9);
    mutable.metadata.tags.push("y");
    await writing;
    expect(await alone.get("a")).toMatchObject({ vector: vector(1, 2), metadata: { tags: ["x"] } });
    const read = (await alone.get("a"))!;
    read.vector.fill(7);
    expect((await alone.get("a"))?.vector).toEqual(vector(1, 2));
  });

  it("may be nothing: an empty batch and the deletion of what is not there name no dot", async () => {
    const alone = await room.replicator();
    expect((await alone.writeBatch([], { consistency: "one" })).dots).toEqual([]);
    expect((await alone.delete("none", { consistency: "one" })).dots).toEqual([]);
  });
});

describe("other bad input", () => {
  const room = new Room();

  it.each([
    ["room", { room: "" }],
    ["room", { room: "x".repeat(513) }],
    ["dimensions", { dimensions: 0 }],
    ["dimensions", { dimensions: 1.5 }],
    ["replicationFactor", { replicationFactor: 16 }],
    ["batchSize", { batchSize: 0 }],
    ["maxPeers", { maxPeers: 5 }],
    ["maxPeers", { maxPeers: 33 }],
    ["maxPeers", { maxPeers: 12.5 }],
    ["timeoutMs", { timeoutMs: -1 }],
    ["timeoutMs", { timeoutMs: Number.NaN }],
    ["syncIntervalMs", { syncIntervalMs: 2 ** 31 }],
    ["maxBytesPerSecond", { maxBytesPerSecond: 0 }],
    ["consistencyLevel", { consistencyLevel: "most" as never }],
    ["conflictResolution", { conflictResolution: { mode: "coin" } as never }],
    ["conflictResolution", { conflictResolution: { mode: "custom", resolve: () => good, version: "" } as never }],
    ["identity", { identity: {} as never }],
    ["identity", { identity: { publicKey: "a", privateKey: "b" } as never }],
    ["authorize", { authorize: () => true }],
    ["relay", { relay: 1 as never, password: "p" }],
    ["relay", { relay: true }],
    ["replicaName", { replicaName: "" }],
    ["distinctDevices", { distinctDevices: "no" as never }],
    ["compression", { compression: 1 as never }],
  ] satisfies [string, Partial<ReplicationConfig>][])("the option %s is refused: %o", async (option, config) => {
    await expect(room.replicator(config)).rejects.toMatchObject({ code: "invalid-config", option });
  });

  it("is refused in calls, each typed", async () => {
    const alone = await room.replicator();
    const refused = (code: string, option?: string): object => ({ code, ...(option && { option }) });
    await expect(alone.write(good, { timeoutMs: 0 })).rejects.toMatchObject(refused("invalid-config", "timeoutMs"));
    await expect(alone.write(good, { consistency: "some" as never })).rejects.toMatchObject(refused("invalid-config"));
    await expect(alone.get(7 as never)).rejects.toMatchObject(refused("invalid-entry"));
    await expect(alone.search(vector(1))).rejects.toMatchObject(refused("dimension-mismatch"));
    await expect(alone.search(vector(1, Number.NaN))).rejects.toMatchObject(refused("invalid-entry"));
    await expect(alone.search(vector(1, 2), { k: 0 })).rejects.toMatchObject(refused("invalid-config", "k"));
    const metric = "manhattan" as never;
    await expect(alone.search(vector(1, 2), { metric })).rejects.toMatchObject(refused("invalid-config", "metric"));
    expect(() => alone.events({ capacity: 0 })).toThrow(expect.objectContaining(refused("invalid-config", "capacity")));
    expect(await alone.count()).toBe(0);
  });

  it.each([
    ["no origin", { seq: 1 }],
    ["an origin that is no hex", { origin: "zz".repeat(8), seq: 1 }],
    ["a seq of 0", { origin: "00".repeat(8), seq: 0 }],
    ["a seq over 2^53", { origin: "00".repeat(8), seq: 2 ** 53 }],
    ["nothing", undefined],
  ])("a dot with %s is refused, and harms no connection", async (_name, dot) => {
    const [a, b] = await room.voters(2, { replicationFactor: 2 });
    const events = recorded(a!);
    await expect(a!.confirm([dot as never], { consistency: "quorum" })).rejects.toMatchObject({
      code: "invalid-entry",
    });
    await b!.write(good, { consistency: "quorum" });
    expect(errorCodes(events)).toEqual([]);
  });
});
