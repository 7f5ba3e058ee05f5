import type * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, type Replicator, Room, vector } from "../../replicator/room.fixture.ts";
import { crdt } from "./crdt.ts";
import { increment } from "./counter.ts";
import { memoryStorage } from "../memory/memory-storage.ts";

const note = crdt({ fields: { body: "text", tags: "list", likes: "counter" } });
const config = { conflictResolution: note, consistencyLevel: "one", distinctDevices: false } as const;

function update(of: Replicator, id: string, edit: (document: Y.Doc) => unknown, at?: Float32Array): Promise<unknown> {
  return of.update(id, (document) => edit(document as Y.Doc), at && { vector: at });
}

async function shown(of: Replicator, id: string): Promise<unknown> {
  return (await of.get(id))?.metadata;
}

const values = (document: Y.Doc): Y.Map<unknown> => document.getMap("metadata");

/** Two replicas that hold one note, and are apart. */
async function apart(room: Room): Promise<[Replicator, Replicator]> {
  const pair = [await room.started(config), await room.started(config)] as const;
  await pair[0].write({ id: "n", vector: vector(1, 0), metadata: { title: "a", body: "one three", tags: ["x"] } });
  await eventually(async () => (await shown(pair[1], "n")) !== undefined, true);
  for (const each of pair) await each.stop();
  return [...pair];
}

async function together(pair: readonly Replicator[]): Promise<unknown> {
  for (const each of pair) await each.start();
  await eventually(async () => {
    const all = await Promise.all(pair.map(async (each) => JSON.stringify(await each.get("n"))));
    return new Set(all).size;
  }, 1);
  return shown(pair[0]!, "n");
}

describe("an entry that is a document", () => {
  const room = new Room();

  it("keeps concurrent edits of fields, texts, lists and counters (C6)", async () => {
    const [a, b] = await apart(room);
    await update(a, "n", (document) => {
      values(document).set("title", "b");
      document.getText("body").insert(4, "two ");
      document.getArray("tags").push(["a"]);
      increment(document, "likes", 2);
    });
    await update(b, "n", (document) => {
      values(document).set("colour", "red");
      document.getText("body").insert(9, " four");
      document.getArray("tags").push(["b"]);
      increment(document, "likes", 5);
    });
    const merged = (await together([a, b])) as { tags: string[] };
    expect(merged).toMatchObject({ title: "b", colour: "red", body: "one two three four", likes: 7 });
    expect([...merged.tags].sort()).toEqual(["a", "b", "x"]);
    expect((await a.get("n"))?.dots).toHaveLength(2);
    // The next edit has seen both, and replaces them by their merge.
    await update(a, "n", (document) => values(document).set("colour", "green"));
    await eventually(async () => (await b.get("n"))?.dots.length, 1);
    expect(await shown(b, "n")).toEqual({ ...merged, colour: "green" });
  });

  it("keeps the vector that was written last, which an edit of the document is not", async () => {
    const [a, b] = await apart(room);
    await update(b, "n", () => undefined, vector(0, 1));
    await update(a, "n", (document) => values(document).set("title", "later"));
    expect(await together([a, b])).toMatchObject({ title: "later" });
    expect((await a.get("n"))?.vector).toEqual(vector(0, 1));
    await update(a, "n", (document) => values(document).set("title", "merged"));
    expect((await a.get("n"))?.vector).toEqual(vector(0, 1));
  });

  it("takes a whole entry as an edit of what differs", async () => {
    const [a, b] = await apart(room);
    await a.write({ id: "n", vector: vector(1, 0), metadata: { title: "c", body: "one two three", tags: ["x", "y"] } });
    await update(b, "n", (document) => {
      document.getText("body").insert(9, "!");
      values(document).set("by", "b");
    });
    expect(await together([a, b])).toEqual({ title: "c", by: "b", body: "one two three!", tags: ["x", "y"], likes: 0 });
    await a.write({ id: "n", vector: vector(1, 0), metadata: { likes: 3 } });
    expect(await shown(a, "n")).toEqual({ body: "", tags: [], likes: 3 });
  });

  it("shows what was edited while another deleted it, whole; deleted by who saw all, it begins anew (C6)", async () => {
    const [a, b] = await apart(room);
    await a.delete("n");
    await a.write({ id: "n", vector: vector(1, 0), metadata: { title: "second life", body: "new" } });
    await update(b, "n", (document) => values(document).set("colour", "red"));
    const merged = (await together([a, b])) as Record<string, unknown>;
    expect(merged).toMatchObject({ colour: "red", tags: ["x"] });
    expect(["a", "second life"]).toContain(merged.title);
    await b.delete("n");
    await eventually(async () => (await a.get("n")) === undefined, true);
    await update(a, "n", (document) => document.getText("body").insert(0, "third"), vector(0, 1));
    await eventually(() => shown(b, "n"), { body: "third", tags: [], likes: 0 });
  });

  it("takes every one of many edits that are made at once", async () => {
    const a = await room.replicator(config);
    await a.write({ id: "n", vector: vector(1, 0) });
    await Promise.all(Array.from({ length: 300 }, () => update(a, "n", (document) => increment(document, "likes"))));
    expect(await shown(a, "n")).toMatchObject({ likes: 300 });
  });

  it("is read from the store as it was written, and edited on by another opening", async () => {
    const storage = memoryStorage();
    for (const n of [1, 2, 3]) {
      const opened = await room.replicator({ ...config, storage, replicaName: "r" });
      await update(opened, "n", (document) => increment(document, "likes"), vector(n, 0));
      expect(await shown(opened, "n")).toMatchObject({ likes: n });
      await opened.close();
    }
  });

  it("is not there to be edited without a vector; an edit that changes nothing writes nothing", async () => {
    const a = await room.replicator(config);
    const set = (document: Y.Doc): unknown => values(document).set("n", 1);
    await expect(update(a, "n", set)).rejects.toMatchObject({ code: "entry-not-found", id: "n" });
    await update(a, "n", set, vector(1, 0));
    expect(await a.update("n", () => undefined)).toMatchObject({ dots: [] });
    await a.delete("n");
    await expect(update(a, "n", set)).rejects.toMatchObject({ code: "entry-not-found" });
  });

  it("stores nothing of an edit that throws, that promises, or that others would refuse", async () => {
    const a = await room.replicator(config);
    await a.write({ id: "n", vector: vector(1, 0), metadata: { title: "a" } });
    const reason = new Error("mine");
    await expect(
      update(a, "n", (document) => {
        values(document).set("title", "b");
        throw reason;
      }),
    ).rejects.toBe(reason);
    const promising: (document: Y.Doc) => unknown = async (document) => void values(document).set("title", "b");
    await expect(update(a, "n", promising)).rejects.toMatchObject({
      code: "invalid-entry",
    });
    const large = (document: Y.Doc): void => document.getText("body").insert(0, "x".repeat(300_000));
    await expect(update(a, "n", large)).rejects.toMatchObject({ code: "invalid-entry" });
    await expect(a.write({ id: "n", vector: vector(1, 0), metadata: { likes: "many" } })).rejects.toMatchObject({
      code: "invalid-entry",
    });
    expect(await shown(a, "n")).toMatchObject({ title: "a" });
  });
});

describe("a room of documents", () => {
  const room = new Room();

  it("is no room for who has other entries, or does not say how to read them", async () => {
    const a = await room.started(config);
    for (const conflictResolution of [undefined, { mode: "last-write-wins" } as const]) {
      const other = await room.replicator(conflictResolution && { conflictResolution });
      const events = [recorded(a), recorded(other)];
      await other.start();
      // Whichever of the two rooms is the younger has to change.
      await eventually(() => events.flatMap(errorCodes).includes("room-mismatch"), true);
      await expect(other.update("n", () => undefined)).rejects.toMatchObject({ code: "invalid-config" });
      await other.close();
    }
    expect((await a.replicas()).filter((replica) => replica.status !== "offline")).toHaveLength(1);
  });

  it("tells who declares other fields", async () => {
    await room.started(config);
    const other = await room.replicator({ ...config, conflictResolution: crdt() });
    const events = recorded(other);
    await other.start();
    await eventually(() => errorCodes(events), ["room-mismatch"]);
  });

  it("has its documents found by a search, and by what they show", async () => {
    const a = await room.replicator(config);
    for (const likes of [1, 2, 3]) await a.write({ id: `n${likes}`, vector: vector(likes, 1), metadata: { likes } });
    await update(a, "n1", (document) => increment(document, "likes", 5));
    const hits = await a.search(vector(1, 0), { filter: ({ likes }) => Number(likes) > 2 });
    expect(hits.map((hit) => [hit.id, hit.entry.metadata.likes])).toEqual([
      ["n3", 3],
      ["n1", 6],
    ]);
  });

  it("is read at a quorum as any other", async () => {
    const [a, b] = (await room.voters(3, { ...config, consistencyLevel: "quorum" })) as [Replicator, Replicator];
    await a.write({ id: "n", vector: vector(1, 0), metadata: { title: "a" } });
    await update(b, "n", (document) => increment(document, "likes"));
    expect((await a.get("n", { consistency: "quorum" }))?.metadata).toMatchObject({ title: "a", likes: 1 });
  });

  it("refuses fields that are none", () => {
    expect(() => crdt({ fields: { metadata: "text" } })).toThrow("metadata");
    expect(() => crdt({ fields: { x: "toString" as "text" } })).toThrow("'text', 'list' or 'counter'");
  });
});
