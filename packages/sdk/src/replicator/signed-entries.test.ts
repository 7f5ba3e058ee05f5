import { describe, expect, it } from "vitest";
import { type Author, bytesToHex, type NodeId } from "../core/node-id.ts";
import { type Authorize, generateIdentity, type Identity } from "./identity.ts";
import { altering } from "./altering-transport.fixture.ts";
import { errorCodes, eventually, recorded, type Replicator, Room, vector } from "./room.fixture.ts";
import type { ReplicationEvent } from "./events.ts";
import type { StoredVersion } from "../core/version.ts";

const createIdentity = (): Promise<Identity> => generateIdentity(crypto.subtle);
const one = { consistency: "one" } as const;
const entry = (id: string, n = 1) => ({ id, vector: vector(n, 2), metadata: { n } });

async function authorOf({ publicKey }: Identity): Promise<Author> {
  return bytesToHex(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))) as Author;
}

/** What `who` has been told of a peer's frames. */
function refusals(events: readonly ReplicationEvent[], peer: NodeId): string[] {
  return events.flatMap((event) =>
    event.type === "error" && event.error.code === "invalid-frame" && event.error.nodeId === peer
      ? [event.error.reason]
      : [],
  );
}

describe("signed entries (C10)", () => {
  const room = new Room();

  it("reach others with their author, live, by a session and through who has not written them", async () => {
    const [key, other] = [await createIdentity(), await createIdentity()];
    const a = await room.started({ identity: key });
    await a.writeBatch([entry("before"), entry("gone")], one);
    await a.delete("gone", one);
    const b = await room.started({ identity: other });
    await eventually(() => b.count(), 1);
    await a.write(entry("live"), one);
    await eventually(() => b.count(), 2);
    const author = await authorOf(key);
    expect((await b.get("before"))?.author).toBe(author);
    await a.close();
    const c = await room.started({ identity: await createIdentity() });
    await eventually(async () => [(await c.get("before"))?.author, (await c.get("live"))?.author], [author, author]);
    await c.forceSync(b.nodeId);
    await b.write(entry("live", 2), { consistency: "one" });
    await eventually(async () => (await c.get("live"))?.author, await authorOf(other));
  });

  it("are written and read at 'quorum', in order too", async () => {
    const identity = await createIdentity();
    const [a, b] = (await room.voters(2, { identity, distinctDevices: false })) as [Replicator, Replicator];
    await a.write(entry("x"), { consistency: "quorum", ordered: true });
    const read = await b.get("x", { consistency: "quorum" });
    expect(read).toMatchObject({ metadata: { n: 1 }, author: await authorOf(identity) });
  });

  it.each<[string, (version: StoredVersion, author: Author) => StoredVersion]>([
    ["alters metadata on the way", (version) => ({ ...version, metadata: { n: 666 } })],
    [
      "claims another author's key",
      (version, author) => ({ ...version, signature: { ...version.signature!, author } }),
    ],
    ["leaves the signature out", ({ signature: _signature, ...version }) => version],
  ])("that come from one that %s are neither stored nor passed on", async (_what, forge) => {
    const [key, forger] = [await createIdentity(), await createIdentity()];
    const author = await authorOf(key);
    const own = new Room();
    const a = await own.started({ identity: key });
    await a.write(entry("mine"), one);
    const events = recorded(a);
    const b = await own.started({ identity: await createIdentity() });
    await eventually(() => b.count(), 1);
    const transport = altering(own.network.transport(), (version) => forge(version, author));
    const evil = await own.replicator({ identity: forger, transport });
    await evil.write(entry("evil"), one);
    await evil.start();
    await eventually(() => refusals(events, evil.nodeId).length > 0, true);
    await a.write(entry("after"), one);
    await eventually(() => b.count(), 2);
    expect([await a.get("evil"), await b.get("evil")]).toEqual([undefined, undefined]);
    await own.close();
  });

  it("of another room are not genuine in this one", async () => {
    const key = await createIdentity();
    const [here, there] = [new Room(), new Room()];
    const b = await there.started({ identity: key, room: "other" });
    let taken: StoredVersion | undefined;
    const spy = await there.replicator({
      identity: await createIdentity(),
      room: "other",
      transport: altering(there.network.transport(), (version) => (taken = version)),
    });
    await spy.start();
    await b.write(entry("x"), one);
    await eventually(() => spy.count(), 1);
    await spy.write(entry("carrier"), one);
    await eventually(() => b.count(), 2);
    const a = await here.started({ identity: key });
    const events = recorded(a);
    const transport = altering(here.network.transport(), () => taken!);
    const evil = await here.replicator({ identity: await createIdentity(), transport });
    await evil.write(entry("x"), one);
    await evil.start();
    await eventually(() => refusals(events, evil.nodeId).length > 0, true);
    expect(refusals(events, evil.nodeId)[0]).toContain("has not signed");
    expect(await a.count()).toBe(0);
    await here.close();
    await there.close();
  });

  it("are stored by nobody where `authorize` refuses the author, and the session that brings them joins nothing (S5)", async () => {
    const [key, guest] = [await createIdentity(), await createIdentity()];
    const author = await authorOf(key);
    const authorize: Authorize = ({ id }, by) => by === author || !id.startsWith("locked/");
    const a = await room.started({ identity: key, authorize });
    const events = recorded(a);
    // This one goes by no rules, and has a write that is fine beside one that is not.
    const lax = await room.replicator({ identity: guest });
    await lax.writeBatch([entry("open/1"), entry("locked/1")], one);
    await lax.start();
    await eventually(() => refusals(events, lax.nodeId).length > 0, true);
    expect(refusals(events, lax.nodeId)[0]).toContain(`its author ${await authorOf(guest)} may not write`);
    expect(await a.get("locked/1")).toBeUndefined();
    const b = await room.started({ identity: await createIdentity(), authorize });
    await a.write(entry("locked/mine"), one);
    await eventually(async () => (await b.get("locked/mine"))?.author, author);
    expect(await b.get("locked/1")).toBeUndefined();
    await lax.close();
    // Nobody has come to claim what it has not taken: a and b are equal, and what is fine comes by who is honest.
    const honest = await room.started({ identity: guest, authorize });
    await honest.write(entry("open/2"), one);
    await eventually(
      async () => [await a.get("open/2"), await b.get("open/2")].map((e) => e?.id),
      ["open/2", "open/2"],
    );
  });

  it("are refused before they are stored where this replica may not write them", async () => {
    const a = await room.replicator({ identity: await createIdentity(), authorize: ({ id }) => id !== "x" });
    const refused = { code: "unauthorized", credential: "identity" };
    await expect(a.writeBatch([entry("y"), entry("x")], one)).rejects.toMatchObject(refused);
    await expect(a.delete("x", one)).rejects.toMatchObject(refused);
    expect(await a.count()).toBe(0);
    await a.write(entry("y"), one);
    expect(await a.count()).toBe(1);
  });

  it("are a fact of the room: a replica without an identity does not fit, nor one with in a room without", async () => {
    for (const [founding, joining] of [
      [{ identity: await createIdentity() }, {}],
      [{}, { identity: await createIdentity() }],
    ]) {
      const own = new Room();
      const founder = await own.started({ ...founding, replicationFactor: 1 });
      await founder.write(entry("x"), one);
      const misfit = await own.replicator({ ...joining, replicationFactor: 1 });
      const events = [recorded(founder), recorded(misfit)];
      await misfit.start();
      await eventually(() => events.some((of) => errorCodes(of).includes("room-mismatch")), true);
      expect(await misfit.count()).toBe(0);
      await own.close();
    }
  });
});
