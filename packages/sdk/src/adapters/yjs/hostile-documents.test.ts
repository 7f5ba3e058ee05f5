import type * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { altering } from "../../replicator/altering-transport.fixture.ts";
import { errorCodes, eventually, recorded, type Replicator, Room, vector } from "../../replicator/room.fixture.ts";
import { crdt } from "./crdt.ts";
import { generateIdentity } from "../../replicator/identity.ts";
import type { StoredVersion } from "../../core/version.ts";

const config = { conflictResolution: crdt({ fields: { body: "text" } }), consistencyLevel: "one" } as const;

const type = (of: Replicator, text: string): Promise<unknown> =>
  of.update("n", (document) => (document as Y.Doc).getText("body").insert(0, text), { vector: vector(1, 0) });

function spoilt(version: StoredVersion): StoredVersion {
  const { document } = version;
  return document === undefined
    ? version
    : { ...version, document: { ...document, state: document.state.map((byte) => byte ^ 0x55) } };
}

describe("a peer that sends what is no document (P8)", () => {
  const room = new Room();

  it("is turned away, and nothing of it is stored or shown", async () => {
    const a = await room.started(config);
    await type(a, "sound");
    const events = recorded(a);
    const hostile = await room.replicator({ ...config, transport: altering(room.network.transport(), spoilt) });
    await type(hostile, "hostile");
    await hostile.start();
    await eventually(() => errorCodes(events).includes("invalid-frame"), true);
    expect(events).toMatchObject(
      expect.arrayContaining([{ type: "error", error: expect.objectContaining({ nodeId: hostile.nodeId }) }]),
    );
    expect((await a.get("n"))?.metadata).toEqual({ body: "sound" });
    expect((await a.get("n"))?.dots).toHaveLength(1);
  });

  it("is turned away where entries are signed, too, before `authorize` is asked (C10)", async () => {
    const asked: unknown[] = [];
    const authorize = ({ metadata }: { readonly metadata: unknown }): boolean => asked.push(metadata) > 0;
    const a = await room.started({ ...config, identity: await generateIdentity(crypto.subtle), authorize });
    const events = recorded(a);
    const transport = altering(room.network.transport(), spoilt);
    const hostile = await room.replicator({ ...config, transport, identity: await generateIdentity(crypto.subtle) });
    await type(hostile, "hostile");
    await hostile.start();
    await eventually(() => errorCodes(events).includes("invalid-frame"), true);
    expect(asked).toEqual([]);
  });
});

describe("documents in a room of signed entries (C10)", () => {
  const room = new Room();

  it("are signed whole, and `authorize` decides about what they show after each write", async () => {
    const authorize = ({ metadata }: { readonly metadata: { readonly body?: unknown } }): boolean =>
      !String(metadata.body).includes("secret");
    const [a, b] = [
      await room.started({ ...config, identity: await generateIdentity(crypto.subtle), authorize }),
      await room.started({ ...config, identity: await generateIdentity(crypto.subtle), authorize }),
    ];
    await type(a, "hello");
    await eventually(async () => (await b.get("n"))?.metadata, { body: "hello" });
    expect((await b.get("n"))?.author).toBe((await a.get("n"))?.author);
    await expect(type(a, "secret ")).rejects.toMatchObject({ code: "unauthorized" });
    await type(b, "oh ");
    await eventually(async () => (await a.get("n"))?.metadata, { body: "oh hello" });
  });
});
