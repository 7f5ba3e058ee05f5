import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import type { ServerMessage } from "./protocol.ts";
import type { TestClient } from "./testing/test-client.ts";
import { connectTo, serve } from "./testing/setting.ts";

const relay = { bytesPerSecond: 65_536 };

/** Subscribes with a nodeId; returns the client's own `from`. */
async function enter(client: TestClient, topic = "room"): Promise<string> {
  const answers = await client.subscribe(topic, "node");
  const roster = answers.find((answer) => answer.type === "roster");
  if (roster?.type !== "roster") throw new Error("no roster");
  return roster.self;
}

const ofType = (messages: readonly ServerMessage[], type: ServerMessage["type"]): ServerMessage[] =>
  messages.filter((message) => message.type === type);

describe("T11: the relay", () => {
  test("is said in the welcome, to who says a nodeId", async () => {
    const server = await serve({ relay });
    const [client, plain] = [await connectTo(server), await connectTo(server)];
    expect((await client.subscribe("room", "node"))[0]).toEqual({
      type: "welcome",
      iceServers: [],
      relay: { bytesPerSecond: 65_536, socketBytesPerSecond: 131_072, bytesPerMessage: 2048 },
    });
    expect(await plain.subscribe("room")).toEqual([]);
  });

  test("brings data to that one alone, with the sender's name and nothing else", async () => {
    const server = await serve({ relay });
    const [alice, bob, carol] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    const [from, to] = [await enter(alice), await enter(bob)];
    await enter(carol);
    alice.send({ type: "relay", topic: "room", to, data: "sealed", from: "somebody", more: "x".repeat(1000) });
    await alice.flush();
    expect(await bob.next()).toEqual({ type: "relay", topic: "room", to, from, data: "sealed" });
    expect(ofType(await carol.flush(), "relay")).toEqual([]);
  });

  test("does not reach who has given no nodeId, is in another topic, or has left", async () => {
    const server = await serve({ relay });
    const [alice, plain, elsewhere] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    await enter(alice);
    await plain.subscribe("room");
    plain.send({ type: "publish", topic: "room" });
    const { from: plainName } = await plain.nextPublish();
    const elsewhereName = await enter(elsewhere, "another");
    for (const to of [plainName, elsewhereName, "nobody"]) alice.send({ type: "relay", topic: "room", to, data: "" });
    await alice.flush();
    expect(ofType(await plain.flush(), "relay")).toEqual([]);
    expect(ofType(await elsewhere.flush(), "relay")).toEqual([]);
  });

  test("is off by default: such messages are ignored, as by servers that do not know them", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    const to = await enter(bob);
    expect(ofType(await alice.subscribe("room", "node"), "welcome")).toEqual([]);
    alice.send({ type: "relay", topic: "room", to, data: "sealed" });
    await alice.flush();
    expect(ofType(await bob.flush(), "relay")).toEqual([]);
  });

  test("takes no malformed message, and none for a topic that the token does not allow", async () => {
    const server = await serve({
      relay,
      authorize: () => ({ allowed: true, allowsTopic: (topic) => topic === "room" }),
    });
    for (const [message, code] of [
      [{ type: "relay", topic: "room", data: "x" }, 1008],
      [{ type: "relay", topic: "room", to: "x", data: { x: 1 } }, 1008],
      [{ type: "relay", topic: "another", to: "x", data: "x" }, 4403],
    ] as const) {
      const client = await connectTo(server);
      client.send(message);
      expect(await client.closed).toMatchObject({ code });
    }
  });

  test("reads a sender that is too fast more slowly, and loses nothing", async () => {
    const registry = new Registry();
    const server = await serve({ relay: { bytesPerSecond: 40_000 }, metrics: registry });
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await enter(alice);
    const to = await enter(bob);
    // Two seconds' worth at once, and a third.
    const numbers = Array.from({ length: 12 }, (_, i) => i);
    for (const i of numbers) alice.send({ type: "relay", topic: "room", to, data: `${i} `.padEnd(8000) });
    await alice.flush();
    const arrived = ofType(await bob.flush(), "relay").map((message) => "data" in message && Number(message.data));
    expect(arrived).toEqual(numbers);
    expect(await registry.metrics()).toMatch(/^vecmesh_signaling_throttled_total [1-9]/m);
  });

  test("leaves a socket's tokens for signaling", async () => {
    const registry = new Registry();
    const limits = { burstTokens: 20, tokensPerSecond: 1 };
    const server = await serve({ relay: { bytesPerSecond: 1_000_000 }, limits, metrics: registry });
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await enter(alice);
    const to = await enter(bob);
    for (let i = 0; i < 10; i++) alice.send({ type: "relay", topic: "room", to, data: "x".repeat(20_000) });
    await alice.flush();
    expect(ofType(await bob.flush(), "relay")).toHaveLength(10);
    expect(await registry.metrics()).toMatch(/^vecmesh_signaling_throttled_total 0$/m);
  });
});
