import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, type Replicator, Room, vector } from "./room.fixture.ts";
import type { Connection, TransportAdapter } from "../ports/transport.ts";
import type { ReplicationConfig } from "./config.ts";

const entry = (id: string) => ({ id, vector: vector(1, 2) });
const one = { consistency: "one" } as const;

/** Started, with all its events, and an entry that is named after it. */
async function member(
  room: Room,
  name: string,
  config: Partial<ReplicationConfig>,
): Promise<{ replicator: Replicator; errors: () => string[] }> {
  const replicator = await room.replicator({ replicationFactor: 1, ...config });
  const events = recorded(replicator);
  await replicator.write(entry(name), one);
  await replicator.start();
  return { replicator, errors: () => errorCodes(events) };
}

const idsOf = async (replicator: Replicator): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of replicator.entries()) ids.push(id);
  return ids.toSorted();
};

/** The same network, through somebody who ends each connection and makes another of his own. */
function intercepted(transport: TransportAdapter): TransportAdapter {
  const own = new WeakMap<Connection, Connection>();
  const changed = (connection: Connection): Connection => {
    const known = own.get(connection);
    if (known !== undefined) return known;
    const proxy: Connection = {
      peer: connection.peer,
      channelBinding: Uint8Array.of(6, 6, 6),
      send: (message, priority) => connection.send(message, priority),
      queuedBytes: (priority) => connection.queuedBytes(priority),
      close: (reason) => connection.close(reason),
    };
    own.set(connection, proxy);
    return proxy;
  };
  return {
    join: (self, events) =>
      transport.join(self, {
        connected: (connection) => events.connected(changed(connection)),
        message: (connection, message) => events.message(changed(connection), message),
        disconnected: (connection, reason) => events.disconnected(changed(connection), reason),
        twin: (openedAt) => events.twin(openedAt),
        error: (error) => events.error(error),
      }),
  };
}

describe("a room with a password (T8)", () => {
  const room = new Room();

  it("is shared by those who know it", async () => {
    const a = await member(room, "a", { password: "right" });
    const b = await member(room, "b", { password: "right" });
    await eventually(() => idsOf(a.replicator), ["a", "b"]);
    await eventually(() => idsOf(b.replicator), ["a", "b"]);
    expect([a.errors(), b.errors()]).toEqual([[], []]);
  });

  it.each<[string, Partial<ReplicationConfig>]>([
    ["another password", { password: "wrong" }],
    ["none", {}],
  ])("is closed to who has %s: `unauthorized` for both, once, and nothing is exchanged", async (_what, config) => {
    const a = await member(room, "a", { room: _what, password: "right" });
    const b = await member(room, "b", { room: _what, ...config });
    const c = await member(room, "c", { room: _what, password: "right" });
    await eventually(() => idsOf(c.replicator), ["a", "c"]);
    await eventually(a.errors, ["unauthorized"]);
    await eventually(c.errors, ["unauthorized"]);
    await eventually(b.errors, ["unauthorized", "unauthorized"]);
    expect(await idsOf(b.replicator)).toEqual(["b"]);
    const known = async (of: Replicator) => (await of.replicas()).length;
    expect([await known(a.replicator), await known(b.replicator)]).toEqual([2, 1]);
  });

  it("is closed to who stands between two members: both are told", async () => {
    const a = await member(room, "a", { room: "middle", password: "right" });
    const transport = intercepted(room.network.transport());
    const b = await member(room, "b", { room: "middle", password: "right", transport });
    await eventually(a.errors, ["unauthorized"]);
    await eventually(b.errors, ["unauthorized"]);
    expect([await idsOf(a.replicator), await idsOf(b.replicator)]).toEqual([["a"], ["b"]]);
  });

  it("can be given another one: whoever has it meets anew, the others are told until they have it too", async () => {
    const a = await member(room, "a", { room: "rotated", password: "old" });
    const b = await member(room, "b", { room: "rotated", password: "old" });
    await eventually(() => idsOf(b.replicator), ["a", "b"]);
    await a.replicator.rotatePassword("new");
    await eventually(a.errors, ["unauthorized"]);
    await eventually(b.errors, ["unauthorized"]);
    await a.replicator.write(entry("secret"), one);
    const c = await member(room, "c", { room: "rotated", password: "new" });
    await eventually(() => idsOf(c.replicator), ["a", "b", "c", "secret"]);
    expect(await idsOf(b.replicator)).toEqual(["a", "b"]);
    await b.replicator.rotatePassword("new");
    await eventually(() => idsOf(b.replicator), ["a", "b", "c", "secret"]);
  });

  it("keeps a new password for the next start where a replica is not in the room", async () => {
    const a = await room.replicator({ room: "later", password: "old" });
    await a.rotatePassword("new");
    await a.start();
    const b = await member(room, "b", { room: "later", password: "new" });
    await eventually(() => idsOf(a), ["b"]);
    expect(b.errors()).toEqual([]);
  });

  it.each([[""], [7], [null], ["x".repeat(1025)]])("takes no password like %j", async (password) => {
    const refused = { code: "invalid-config", option: "password" };
    await expect(room.replicator({ password: password as never })).rejects.toMatchObject(refused);
    const replicator = await room.replicator();
    await expect(replicator.rotatePassword(password as never)).rejects.toMatchObject(refused);
  });

  it("takes none once it is closed", async () => {
    const replicator = await room.replicator();
    await replicator.close();
    await expect(replicator.rotatePassword("new")).rejects.toMatchObject({ code: "closed" });
  });
});
