import type * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, type Replicator, Room, vector } from "../../replicator/room.fixture.ts";
import { crdt, crdtWith } from "./crdt.ts";
import { decodeState } from "./generations/document-state.ts";
import { memoryStorage } from "../memory/memory-storage.ts";
import type { DocumentHost, Edit, OpenedDocument } from "../../core/entry-document.ts";
import type { Dot } from "../../core/dot.ts";
import { LiveDocument } from "./live-document.ts";
import type { Origin } from "../../core/node-id.ts";

const note = crdt({ fields: { body: "text" } });
const config = { conflictResolution: note, consistencyLevel: "one", distinctDevices: false } as const;
const at = { vector: vector(1, 0) };

async function opened(
  of: Replicator,
  options: { readonly vector?: Float32Array } = {},
): Promise<OpenedDocument<Y.Doc>> {
  return (await of.doc("n", options)) as OpenedDocument<Y.Doc>;
}

const body = ({ doc }: OpenedDocument<Y.Doc>): Y.Text => doc.getText("body");
const shown = async (of: Replicator): Promise<unknown> => (await of.get("n"))?.metadata;

describe("a document that is open", () => {
  const room = new Room();

  it("is written soon after it has been changed, and follows what others change", async () => {
    const [a, b] = [await room.started(config), await room.started(config)];
    await a.write({ id: "n", vector: vector(1, 0), metadata: { body: "one" } });
    await eventually(() => b.count(), 1);
    const [here, there] = [await opened(a), await opened(b)];
    expect(body(here).toJSON()).toBe("one");
    body(here).insert(3, " two");
    await eventually(() => body(there).toJSON(), "one two");
    body(there).insert(0, "zero ");
    await b.update("n", (document) => (document as Y.Doc).getMap("metadata").set("title", "t"));
    await eventually(() => body(here).toJSON(), "zero one two");
    await eventually(() => here.doc.getMap("metadata").get("title"), "t");
    await eventually(() => shown(a), { title: "t", body: "zero one two" });
  });

  it("stays as it is while its entry goes on to other generations, and so does what is typed in it (C11)", async () => {
    const seen = { generation: 0 };
    const restless = crdtWith({ fields: { body: "text" } }, () => true);
    const { documents } = restless;
    const show = (states: readonly Uint8Array[]): never => {
      seen.generation = Math.max(seen.generation, ...states.map((state) => decodeState(state).generation));
      return documents.show(states);
    };
    const looking = { ...config, conflictResolution: { ...restless, documents: { ...documents, show } } };
    const [a, b] = [await room.started(looking), await room.started(looking)];
    await a.write({ id: "n", vector: vector(1, 0), metadata: { body: "middle" } });
    await eventually(() => b.count(), 1);
    const [here, there] = [await opened(a), await opened(b)];
    // What is everywhere is known by the reports that peers make every five seconds.
    for (let i = 0; seen.generation < 2; i++) {
      body(here).insert(0, `${i}<`);
      body(there).insert(body(there).length, `>${i}`);
      await Promise.all([here.flush(), there.flush()]);
      await eventually(() => body(there).toJSON().startsWith(`${i}<`), true);
      await eventually(() => body(here).toJSON().endsWith(`>${i}`), true);
      await shown(a);
    }
    expect(body(here).toJSON()).toBe(body(there).toJSON());
    expect(await shown(a)).toEqual({ body: body(here).toJSON() });
    expect(body(await opened(b)).toJSON()).toBe(body(here).toJSON());
  }, 60_000);

  it("merges what both typed while they were apart", async () => {
    const [a, b] = [await room.started(config), await room.started(config)];
    await a.write({ id: "n", vector: vector(1, 0), metadata: { body: "middle" } });
    await eventually(() => b.count(), 1);
    const [here, there] = [await opened(a), await opened(b)];
    for (const each of [a, b]) await each.stop();
    body(here).insert(0, "left ");
    body(there).insert(6, " right");
    await Promise.all([here.flush(), there.flush()]);
    for (const each of [a, b]) await each.start();
    for (const each of [here, there]) await eventually(() => body(each).toJSON(), "left middle right");
  });

  it("is written when it is closed, and when its replicator is", async () => {
    const storage = memoryStorage();
    const stored = { ...config, storage, replicaName: "r" };
    const first = await room.replicator(stored);
    const document = await opened(first, at);
    body(document).insert(0, "closed");
    await document.close();
    expect(await shown(first)).toEqual({ body: "closed" });
    body(await opened(first)).insert(6, " twice");
    await first.close();
    const second = await room.replicator(stored);
    expect(await shown(second)).toEqual({ body: "closed twice" });
  });

  it("makes the entry that is not there, or not any more, and says where it cannot", async () => {
    const a = await room.replicator(config);
    const events = recorded(a);
    const without = await opened(a);
    body(without).insert(0, "lost?");
    await expect(without.flush()).rejects.toMatchObject({ code: "entry-not-found" });
    const document = await opened(a, at);
    body(document).insert(0, "here");
    await document.flush();
    expect(await shown(a)).toEqual({ body: "here" });
    await a.delete("n");
    expect(await shown(a)).toBeUndefined();
    body(document).insert(4, " again");
    await document.flush();
    expect(await shown(a)).toMatchObject({ body: expect.stringContaining("here again") });
    body(document).insert(0, "x".repeat(300_000));
    await eventually(() => errorCodes(events).includes("invalid-entry"), true);
  });

  it("is for rooms of documents alone", async () => {
    await expect((await room.replicator()).doc("n")).rejects.toMatchObject({ code: "invalid-config" });
  });

  it("waits for no cut of a write that was put together anew (C11)", async () => {
    const dotOf = (seq: number): Dot => ({ origin: "0000000000000001" as Origin, seq });
    let stored: Uint8Array | undefined;
    const host: DocumentHost = {
      read: () => Promise.resolve([]),
      follow: () => undefined,
      write: async (edit: Edit) => {
        for (const seq of [1, 2]) stored = edit([], dotOf(seq), undefined, () => false).state;
      },
      later: () => () => undefined,
      failed: (error) => expect(error).toBeUndefined(),
    };
    const live = await LiveDocument.open(host, () => true);
    live.doc.getText("body").insert(0, "one");
    await live.flush();
    expect(decodeState(stored!).cuts.map(({ by }) => by)).toEqual([dotOf(2)]);
  });
});
