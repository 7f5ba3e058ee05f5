import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { eventually, type Replicator, Room } from "../../replicator/room.fixture.ts";
import { COMPACT_AT_BLOBS } from "./document-history.ts";
import { crdt } from "./crdt.ts";
import { MeshProvider } from "../../yjs.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { systemRuntime } from "../system-runtime.ts";
import { WRITE_AFTER_MS } from "./shared-document.ts";

const opened: MeshProvider[] = [];

/** Providers end before the replicators that they are over. */
function endProviders(): void {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((provider) => provider.close()));
  });
}

function share(replicator: Replicator, doc = new Y.Doc(), name?: string): MeshProvider {
  const provider = new MeshProvider(replicator, doc, name === undefined ? {} : { name });
  opened.push(provider);
  provider.on("error", (error) => expect.soft(error).toBeUndefined());
  return provider;
}

const textOf = ({ doc }: { readonly doc: Y.Doc }): string => doc.getText("t").toJSON();
const type = ({ doc }: { readonly doc: Y.Doc }, text: string, at = doc.getText("t").length): void =>
  doc.getText("t").insert(at, text);
const bytesOf = ({ doc }: MeshProvider): Uint8Array => doc.getMap("m").get("bytes") as Uint8Array;
const names = ({ awareness }: MeshProvider): string[] =>
  [...awareness.getStates().values()].map((state) => String(state["name"])).toSorted();

describe("MeshProvider over a replicator", () => {
  const room = new Room();
  endProviders();

  it("makes documents equal, whatever each held before and whoever edits, and tells when they are", async () => {
    const one = share(await room.started());
    type(one, "early ");
    const held = new Y.Doc();
    held.getText("t").insert(0, "held ");
    const other = share(await room.started(), held);
    await Promise.all([one.whenSynced, other.whenSynced]);
    expect(other.synced).toBe(true);
    await eventually(() => textOf(one).length, 11);
    await eventually(() => textOf(other), textOf(one));
    type(one, "x");
    type(other, "y", 0);
    await eventually(() => textOf(one).length, 13);
    await eventually(() => textOf(other), textOf(one));
  });

  it.each([
    ["with the last write", {}],
    ["of documents", { conflictResolution: crdt() as never }],
  ])(
    "keeps it beside the entries of a room %s, which know nothing of it, and opens it again",
    async (_mode, config) => {
      const replica = await room.started(config);
      const first = share(replica);
      type(first, "kept");
      await first.flush({ consistency: "one" });
      await first.close();
      expect(await replica.count()).toBe(0);
      const again = share(replica);
      await again.whenLoaded;
      expect(textOf(again)).toBe("kept");
      const elsewhere = share(replica, new Y.Doc(), "another");
      await elsewhere.whenLoaded;
      expect(textOf(elsewhere)).toBe("");
    },
  );

  it("flushes to as many voters as are asked for, and says so where they are not there (Q2, Q4)", async () => {
    const [a, b, c] = await room.voters(3);
    const provider = share(a!);
    type(provider, "durable");
    await provider.flush({ consistency: "all" });
    await a!.stop();
    const reader = share(c!);
    await reader.whenLoaded;
    expect(textOf(reader)).toBe("durable");
    type(provider, "!");
    await expect(provider.flush()).rejects.toMatchObject({ code: "quorum-unavailable" });
    await b!.close();
  });

  it("brings a document of megabytes in parts", async () => {
    const one = share(await room.started());
    one.doc.getMap("m").set(
      "bytes",
      new Uint8Array(3_000_000).map((_, i) => (i * 2_654_435_761) >>> 24),
    );
    await one.flush({ consistency: "one" });
    const other = share(await room.started());
    await eventually(() => bytesOf(other)?.length, 3_000_000);
    expect(Buffer.compare(bytesOf(other), bytesOf(one))).toBe(0);
  });

  it("stores what somebody has said that crashed before it was stored", async () => {
    const runtime = systemRuntime();
    const setTimer: Runtime["setTimer"] = (callback, delayMs) =>
      runtime.setTimer(callback, delayMs === WRITE_AFTER_MS ? 60 * delayMs : delayMs);
    const writer = await room.replicator({}, { ...runtime, setTimer });
    await writer.start();
    const [reader, late] = [await room.started(), await room.replicator()];
    const [here, there] = [share(writer), share(reader)];
    await Promise.all([here.whenSynced, there.whenSynced]);
    type(here, "last words");
    await eventually(() => textOf(there), "last words");
    // Said, and not stored.
    expect(reader.shelf("yjs/document").keys()).toEqual([]);
    await writer.stop();
    await there.flush({ consistency: "one" });
    await late.start();
    const heir = share(late);
    await eventually(() => textOf(heir), "last words");
  });

  it("keeps a text that is typed letter by letter in few items, and replaces many by one when a quorum holds it", async () => {
    const replicas = await room.voters(3);
    const [a] = replicas;
    const typist = share(a!);
    for (let i = 0; i < 200; i++) {
      type(typist, "x");
      if (i % 20 === 0) await typist.flush({ consistency: "one" });
    }
    await typist.flush({ consistency: "one" });
    expect(a!.shelf("yjs/document").keys()).toHaveLength(1);
    for (let i = 0; i < COMPACT_AT_BLOBS; i++) {
      const visit = share(a!);
      await visit.whenLoaded;
      type(visit, ".");
      await visit.close();
    }
    const readers = replicas.map((replica) => share(replica));
    for (const replica of replicas)
      await eventually(() => replica.shelf("yjs/document").keys().length < COMPACT_AT_BLOBS / 2, true);
    for (const reader of readers) await eventually(() => textOf(reader).length, 200 + COMPACT_AT_BLOBS);
    const fresh = share(await room.started());
    await eventually(() => textOf(fresh).length, 200 + COMPACT_AT_BLOBS);
  });

  it("shows nothing of others while it is disconnected, and all of it afterwards", async () => {
    const [one, other] = [share(await room.started()), share(await room.started())];
    await Promise.all([one.whenSynced, other.whenSynced]);
    const status: boolean[] = [];
    other.on("status", ({ connected }) => status.push(connected));
    other.disconnect();
    type(one, "meanwhile");
    await one.flush({ consistency: "one" });
    type(other, "here too ");
    await other.flush({ consistency: "one" });
    expect(textOf(other)).toBe("here too ");
    other.connect();
    expect(status).toEqual([false, true]);
    for (const provider of [one, other]) await eventually(() => textOf(provider).length, 18);
  });
});

describe("awareness over ephemeral messages (T12)", () => {
  const room = new Room();
  endProviders();

  it("shows who is there, to newcomers too, and no more who has left, said goodbye or crashed", async () => {
    const replicas = [await room.started(), await room.started()];
    const [one, other] = replicas.map((replica) => share(replica)) as [MeshProvider, MeshProvider];
    one.awareness.setLocalStateField("name", "Ann");
    other.awareness.setLocalStateField("name", "Bo");
    for (const provider of [one, other]) await eventually(() => names(provider), ["Ann", "Bo"]);
    const [newcomer] = [await room.started()];
    const third = share(newcomer);
    third.awareness.setLocalStateField("name", "Cy");
    for (const provider of [one, other, third]) await eventually(() => names(provider), ["Ann", "Bo", "Cy"]);
    third.disconnect();
    for (const provider of [one, other]) await eventually(() => names(provider), ["Ann", "Bo"]);
    expect(names(third)).toEqual(["Cy"]);
    third.connect();
    for (const provider of [one, other]) await eventually(() => names(provider), ["Ann", "Bo", "Cy"]);
    await newcomer.stop();
    for (const provider of [one, other]) await eventually(() => names(provider), ["Ann", "Bo"]);
    other.destroy();
    await eventually(() => names(one), ["Ann"]);
  });

  it("tells of peers that come and go", async () => {
    const [here, there] = [await room.started(), await room.replicator()];
    const provider = share(here);
    const told: unknown[] = [];
    provider.on("peers", ({ added, removed, webrtcPeers }) => told.push([added, removed, webrtcPeers]));
    await there.start();
    await eventually(() => told.length, 1);
    await there.stop();
    await eventually(
      () => told,
      [
        [[there.nodeId], [], [there.nodeId]],
        [[], [there.nodeId], []],
      ],
    );
  });

  it("tells of a state that is too long, and of what nobody of this protocol says, and goes on (P8)", async () => {
    const [here, there] = [await room.started(), await room.started()];
    const provider = new MeshProvider(here, new Y.Doc());
    opened.push(provider);
    const errors: string[] = [];
    provider.on("error", ({ message }) => errors.push(message));
    const channel = there.channel("yjs/document");
    await new Promise<void>((resolve) => channel.listen({ joined: () => resolve() }));
    await provider.whenLoaded;
    for (const bytes of [[], [9, 9], [0, 1], [0, ...new Uint8Array(9), 1, 2, 3], [1, 255, 255]])
      channel.send(Uint8Array.from(bytes));
    await eventually(() => errors.length >= 3, true);
    const count = errors.length;
    provider.awareness.setLocalState({ name: "x".repeat(20_000) });
    expect(errors.slice(count)).toEqual([expect.stringContaining("An awareness state takes")]);
    await there.shelf("yjs/document").change(
      [
        { key: "nonsense", data: {} },
        { key: `${"ab".repeat(8)}/1/0`, data: { parts: 1, upto: 1, update: "AAAA" } },
      ],
      [],
      { consistency: "one" },
    );
    await eventually(() => errors.filter((text) => text.includes("left out")).length >= 2, true);
    type(provider, "fine");
    await provider.flush({ consistency: "one" });
  });
});

it("MeshProvider says which names a document may have, and what a document that is not kept cannot promise", async () => {
  const room = new Room();
  const provider = new MeshProvider(await room.replicator(), new Y.Doc(), { name: "x".repeat(49) });
  await expect(provider.whenLoaded).rejects.toMatchObject({ code: "invalid-config", option: "name" });
  await expect(provider.flush()).rejects.toMatchObject({ code: "invalid-config" });
  await provider.close();
});
