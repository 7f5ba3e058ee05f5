import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Redis } from "ioredis";
import type { RoomMessage } from "./broker.ts";
import { RedisBroker } from "./redis-broker.ts";
import { testBroker } from "./testing/broker-contract.ts";
import { eventually } from "./testing/eventually.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";
import { connectTo, serve } from "./testing/setting.ts";
import { withSlowSubscriptions } from "./testing/slow-subscriptions.ts";

const isThere = hasRedis();
if (!isThere)
  console.warn(
    "SKIPPED: no redis-server here, so nothing is shown of the Redis broker. `node e2e/system/ensure-redis.js` installs one.",
  );

describe.skipIf(!isThere)("with a Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  let prefixes = 0;
  const connect = async (prefix: string, url = redis.url): Promise<RedisBroker> => {
    const broker = await RedisBroker.connect({ url, prefix });
    onTestFinished(() => broker.close());
    return broker;
  };
  const connectTwo = async (): Promise<[RedisBroker, RedisBroker]> => {
    const prefix = `test ${prefixes++}:`;
    return [await connect(prefix), await connect(prefix)];
  };

  testBroker("Redis broker", connectTwo);

  test("T10: prefixes keep deployments apart", async () => {
    const [[a], [b]] = [await connectTwo(), await connectTwo()];
    const heard: unknown[] = [];
    b.subscribe("topic", (message) => heard.push(message));
    a.subscribe("topic", () => {});
    for (let i = 0; i < 100; i++) a.publish("topic", { type: "publish", topic: "topic", from: "me" });
    const [c] = await connectTwo();
    const there = new Promise((resolve) => c.subscribe("topic", resolve));
    c.publish("topic", { type: "publish", topic: "topic", from: "me" });
    await there;
    expect(heard).toEqual([]);
  });

  test("P8: what others write to its channels harms nothing", async () => {
    const [a, b] = await connectTwo();
    const heard: unknown[] = [];
    b.subscribe("topic", (message) => heard.push(message));
    const stranger = new Redis(redis.url);
    onTestFinished(() => stranger.disconnect());
    const channel = `test ${prefixes - 1}:topic`;
    for (const text of [
      "",
      "{",
      "null",
      "7",
      '{"server":1}',
      '{"server":"x","message":{"type":"else"}}',
      '{"server":"x"}',
    ]) {
      await stranger.publish(channel, text);
    }
    await eventually(() => {
      a.publish("topic", { type: "publish", topic: "topic", from: "me" });
      expect(heard.length).toBeGreaterThan(0);
    });
    expect(heard.every((message) => (message as { from: string }).from === "me")).toBe(true);
  });

  test("T10: what is said first waits until the answer can be heard, however long Redis takes to subscribe", async () => {
    const a = await connect("slow:", await withSlowSubscriptions(redis.url));
    const b = await connect("slow:");
    const say = (data: string): RoomMessage => ({ type: "publish", topic: "topic", from: "me", data });
    let there = false;
    b.subscribe("topic", (message) => {
      there = true;
      if (message.type === "publish" && message["data"] === "question") b.publish("topic", say("answer"));
    });
    await eventually(() => {
      a.publish("topic", say("there?"));
      expect(there).toBe(true);
    });
    const heard: unknown[] = [];
    a.subscribe("topic", (message) => heard.push(message.type === "publish" && message["data"]));
    a.publish("topic", say("question"));
    await eventually(() => expect(heard).toEqual(["question", "answer"]));
  });

  test("T10: subscriptions outlive a connection that is cut, and the gap is told", async () => {
    const [a, b] = await connectTwo();
    const heard: unknown[] = [];
    let gaps = 0;
    b.onGap(() => gaps++);
    b.subscribe("topic", (message) => heard.push(message));
    const untilHeard = (): Promise<void> =>
      eventually(() => {
        a.publish("topic", { type: "publish", topic: "topic", from: "me" });
        expect(heard.length).toBeGreaterThan(0);
      });
    await untilHeard();
    const operator = new Redis(redis.url);
    onTestFinished(() => operator.disconnect());
    await operator.call("CLIENT", "KILL", "TYPE", "pubsub");
    await eventually(() => expect(gaps).toBe(1));
    heard.length = 0;
    await untilHeard();
    expect(gaps).toBe(1);
  });

  test("T10: says that Redis cannot be reached", async () => {
    await expect(RedisBroker.connect({ url: "redis://127.0.0.1:1" })).rejects.toThrow("Redis cannot be reached");
  });

  test("T10: a Redis that goes away leaves each server to itself, and clients meet again when it is back", async () => {
    const mortal = await startRedis();
    onTestFinished(() => mortal.kill());
    const limits = { regatherMs: 50, retrySpreadMs: 50 };
    const [a, b] = [await connect("p:", mortal.url), await connect("p:", mortal.url)];
    const [serverA, serverB] = [await serve({ broker: a, limits }), await serve({ broker: b, limits })];
    const [alice, bob, carol] = [await connectTo(serverA), await connectTo(serverB), await connectTo(serverA)];
    await alice.subscribe("room", "node-a");
    await bob.subscribe("room", "node-b");
    await mortal.kill();
    await carol.subscribe("room", "node-c");
    carol.send({ type: "publish", topic: "room", data: "on one server" });
    expect(await alice.nextPublish()).toMatchObject({ data: "on one server" });

    await mortal.restart();
    for (const client of [alice, bob, carol]) expect((await client.closed).code).toBe(1012);
    const [alice2, bob2] = [await connectTo(serverA), await connectTo(serverB)];
    await alice2.subscribe("room");
    await bob2.subscribe("room");
    await eventually(() => {
      alice2.send({ type: "publish", topic: "room", data: "across" });
      expect(bob2.received).toContainEqual(expect.objectContaining({ data: "across" }));
    });
  }, 30_000);
});
