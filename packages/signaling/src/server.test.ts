import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import type { RosterMessage, ServerMessage } from "./protocol.ts";
import { startSignalingServer } from "./server.ts";
import { connectTo, serve } from "./testing/setting.ts";
import { untilSubscribers } from "./testing/test-client.ts";

function rosterIn(messages: readonly ServerMessage[]): RosterMessage {
  const roster = messages.find((message) => message.type === "roster");
  if (roster === undefined) throw new Error(`no roster in ${JSON.stringify(messages)}`);
  return roster;
}

describe("y-webrtc's protocol", () => {
  test("a publish reaches all subscribers, the sender too, with their number", async () => {
    const server = await serve();
    const [alice, bob, carol] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    await alice.subscribe("room");
    await bob.subscribe("room");
    await carol.subscribe("another room");

    alice.send({ type: "publish", topic: "room", data: { type: "announce", from: "peer-a" } });

    const expected = { type: "publish", topic: "room", data: { type: "announce", from: "peer-a" }, clients: 2 };
    expect(await alice.nextPublish()).toMatchObject(expected);
    expect(await bob.nextPublish()).toMatchObject(expected);
    expect(await carol.flush()).toEqual([]);
  });

  test("one subscribe names several topics, and naming one again changes nothing", async () => {
    const client = await connectTo(await serve());
    client.send({ type: "subscribe", topics: ["a", "b"] });
    client.send({ type: "subscribe", topics: ["b"] });
    client.send({ type: "publish", topic: "a" });
    client.send({ type: "publish", topic: "b" });
    expect(
      (await client.flush()).map((message) => message.type === "publish" && [message.topic, message.clients]),
    ).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  test("who only publishes need not subscribe", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await bob.subscribe("room");
    alice.send({ type: "publish", topic: "room", data: 1 });
    expect(await bob.nextPublish()).toMatchObject({ data: 1, clients: 1 });
    expect(await alice.flush()).toEqual([]);
  });

  test("after an unsubscribe nothing more comes", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await alice.subscribe("room");
    await bob.subscribe("room");
    bob.send({ type: "unsubscribe", topics: ["room", "never joined"] });
    await bob.flush();
    alice.send({ type: "publish", topic: "room" });
    expect(await alice.nextPublish()).toMatchObject({ clients: 1 });
    expect(await bob.flush()).toEqual([]);
  });

  test("a ping is answered", async () => {
    const client = await connectTo(await serve());
    client.send({ type: "ping" });
    expect(await client.next()).toEqual({ type: "pong" });
  });

  test("a client that gave no nodeId gets no roster and no `left`", async () => {
    const server = await serve();
    const [plain, replica] = [await connectTo(server), await connectTo(server)];
    await replica.subscribe("room", "node-r");
    expect(await plain.subscribe("room")).toEqual([]);
    await replica.close();
    // Publishes only: a `left` would throw.
    await untilSubscribers(plain, "room", 1);
  });
});

describe("what vecmesh adds (T9)", () => {
  test("`from` is the server's word, one for each socket", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    const self = rosterIn(await alice.subscribe("room", "node-a")).self;
    await bob.subscribe("room");

    alice.send({ type: "publish", topic: "room", from: "somebody else", clients: 99 });
    bob.send({ type: "publish", topic: "room", from: self });

    expect(await alice.nextPublish()).toMatchObject({ from: self, clients: 2 });
    const forged = await alice.nextPublish();
    expect(forged.from).not.toBe(self);
    // 16 random bytes in base64url.
    for (const from of [self, forged.from]) expect(from).toMatch(/^[\w-]{22}$/);
  });

  test("with `to` a publish reaches that socket alone", async () => {
    const server = await serve();
    const [alice, bob, carol] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    const bobsName = rosterIn(await bob.subscribe("room", "node-b")).self;
    const alicesName = rosterIn(await alice.subscribe("room", "node-a")).self;
    await carol.subscribe("room");

    alice.send({ type: "publish", topic: "room", to: bobsName, data: "for bob" });

    expect(await bob.nextPublish()).toEqual({
      type: "publish",
      topic: "room",
      to: bobsName,
      data: "for bob",
      from: alicesName,
      clients: 3,
    });
    expect(await alice.flush()).toEqual([]);
    expect(await carol.flush()).toEqual([]);
  });

  test("`to` reaches nobody outside the topic", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    const bobsName = rosterIn(await bob.subscribe("bob's room", "node-b")).self;
    await alice.subscribe("room");
    for (const to of [bobsName, "__proto__", ""]) alice.send({ type: "publish", topic: "room", to });
    expect(await alice.flush()).toEqual([]);
    expect(await bob.flush()).toEqual([]);
  });

  test("a subscribe that says its nodeId is answered with the others that said theirs", async () => {
    const server = await serve();
    const [alice, plain, bob] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    const first = rosterIn(await alice.subscribe("room", "node-a"));
    expect(first).toMatchObject({ topic: "room", peers: [] });
    await plain.subscribe("room");

    bob.send({ type: "subscribe", topics: ["room", "empty"], nodeId: "node-b" });

    const [roster, empty] = await bob.flush();
    expect(roster).toMatchObject({ type: "roster", topic: "room", peers: [{ from: first.self, nodeId: "node-a" }] });
    expect(empty).toMatchObject({ type: "roster", topic: "empty", peers: [] });
  });

  test("T7: of a large room's members a random few are listed, others each time, beside their number", async () => {
    const members = 50;
    const server = await serve();
    const client = await connectTo(server);
    for (let i = 0; i < members; i++) await (await connectTo(server)).subscribe("room", `node-${i}`);
    await (await connectTo(server)).subscribe("room");
    const seen = new Set<string>();
    for (let time = 0; time < 20; time++) {
      const { peers, clients } = rosterIn(await client.subscribe("room", "me"));
      expect(new Set(peers.map(({ nodeId }) => nodeId)).size).toBe(32);
      expect(clients).toBe(members + 2);
      for (const { nodeId } of peers) seen.add(nodeId);
    }
    expect(seen.size).toBe(members);
  });

  test("a nodeId told later, or anew, is what later rosters show", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await alice.subscribe("room");
    const rosterOfBob = async (): Promise<readonly string[]> =>
      rosterIn(await bob.subscribe("room", "node-b")).peers.map((peer) => peer.nodeId);
    expect(await rosterOfBob()).toEqual([]);
    await alice.subscribe("room", "node-a");
    expect(await rosterOfBob()).toEqual(["node-a"]);
    await alice.subscribe("room", "node-a2");
    await alice.subscribe("room");
    expect(await rosterOfBob()).toEqual(["node-a2"]);
  });

  test("who gave a nodeId is told when another that did leaves", async () => {
    const server = await serve();
    const [alice, bob, carol] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    const bobsName = rosterIn(await bob.subscribe("room", "node-b")).self;
    const carolsName = rosterIn(await carol.subscribe("room", "node-c")).self;
    await alice.subscribe("room", "node-a");

    bob.send({ type: "unsubscribe", topics: ["room"] });
    expect(await alice.next()).toEqual({ type: "left", topic: "room", from: bobsName });
    carol.socket.terminate();
    expect(await alice.next()).toEqual({ type: "left", topic: "room", from: carolsName });
    expect(await bob.flush()).toEqual([]);
  });
});

describe("the server", () => {
  test("says okay over HTTP, and where it listens", async () => {
    const server = await serve();
    expect(server.url).toBe(`ws://127.0.0.1:${server.port}`);
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    expect([response.status, await response.text()]).toEqual([200, "okay"]);
    expect((await fetch(`http://127.0.0.1:${server.port}/other`)).status).toBe(404);
  });

  test("rejects when its port is in use", async () => {
    const { port } = await serve();
    await expect(startSignalingServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("closes its clients with 1012 and a reason, and closes once", async () => {
    const server = await serve();
    const client = await connectTo(server);
    await Promise.all([server.close(), server.close()]);
    expect(await client.closed).toEqual({ code: 1012, reason: "the server is shutting down" });
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow("fetch failed");
  });

  test("closes connections that never spoke", async () => {
    const server = await serve();
    const silent = connect(server.port, "127.0.0.1");
    await once(silent, "connect");
    const closed = once(silent, "close");
    await server.close();
    await expect(closed).resolves.toEqual([false]);
  });

  test("closes in bounded time when clients answer nothing", async () => {
    const server = await serve({ limits: { closeGraceMs: 50 } });
    const client = await connectTo(server);
    client.socket.pause();
    await expect(server.close()).resolves.toBeUndefined();
    client.socket.resume();
  });
});
