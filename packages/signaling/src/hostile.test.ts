import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connectTo, serve, whileOthersTalk } from "./testing/setting.ts";
import { closeCode, frameHead, openRawSocket, textFrame } from "./testing/raw-socket.ts";
import { untilSubscribers } from "./testing/test-client.ts";

const topicsOf = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const subscribeTo = (topics: unknown): string => JSON.stringify({ type: "subscribe", topics });

describe("messages that close the socket, with a reason, and harm nobody else", () => {
  const nested = "[".repeat(30_000) + "]".repeat(30_000);
  test.each<[name: string, data: string | Buffer, code: number, reason: string]>([
    ["no JSON", "{type: subscribe", 1007, "a message must be JSON"],
    ["an empty frame", "", 1007, "a message must be JSON"],
    ["no object", "null", 1008, "a message must be an object with a type"],
    ["topics that is a string", subscribeTo("room"), 1008, "topics must be an array of strings"],
    ["topics that are objects", subscribeTo([{}]), 1008, "a topic must be a string"],
    ["a topic that is too long", subscribeTo(["t".repeat(1025)]), 1008, "a topic may have at most 1024 characters"],
    ["501 topics", subscribeTo(topicsOf(501, "t")), 1008, "a socket may subscribe to at most 500 topics"],
    ["100,000 topics at once", subscribeTo(topicsOf(100_000, "t")), 1009, ""],
    ["a publish without a topic", '{"type":"publish"}', 1008, "a topic must be a string"],
    [
      "nested garbage",
      `{"type":"publish","topic":"honest","data":${nested}}`,
      1008,
      "a message may nest at most 32 levels deep",
    ],
    ["a 5 MB publish", `{"type":"publish","topic":"honest","data":"${"x".repeat(5_000_000)}"}`, 1009, ""],
    ["a binary frame", Buffer.from('{"type":"ping"}'), 1003, "messages must be text frames"],
  ])("%s", async (_name, data, code, reason) => {
    const server = await serve();
    await whileOthersTalk(server, async () => {
      const attacker = await connectTo(server);
      attacker.sendRaw(data);
      expect(await attacker.closed).toEqual({ code, reason });
    });
  });

  test("100,000 topics in many messages", async () => {
    const server = await serve();
    await whileOthersTalk(server, async () => {
      const attacker = await connectTo(server);
      for (let i = 0; i < 1000; i++) attacker.sendRaw(subscribeTo(topicsOf(100, `${i}-`)));
      expect(await attacker.closed).toEqual({ code: 1008, reason: "a socket may subscribe to at most 500 topics" });
    });
  });

  test("what follows a bad message is not acted upon, and who does not answer the close is terminated", async () => {
    const server = await serve({ limits: { closeGraceMs: 20 } });
    const listener = await connectTo(server);
    await listener.subscribe("room");
    const attacker = await openRawSocket(server.port);
    const closed = closeCode(attacker);
    attacker.write(Buffer.concat([textFrame("{"), textFrame('{"type":"publish","topic":"room"}')]));
    expect(await closed).toBe(1007);
    expect(await listener.flush()).toEqual([]);
  });

  const MEGABYTE = 1024 * 1024;
  test.each<[name: string, offence: Buffer, after: Buffer, code: number]>([
    ["the rest of a message that is too large", frameHead(1024 * MEGABYTE), Buffer.alloc(MEGABYTE), 1009],
    ["more messages", textFrame("{garbage"), Buffer.concat(Array(20).fill(textFrame("x".repeat(50_000)))), 1007],
  ])("what follows on an offence is not even read: %s", async (_name, offence, after, code) => {
    // Long enough to read all of it, were it read.
    const server = await serve({ limits: { closeGraceMs: 3000 } });
    const attacker = await openRawSocket(server.port);
    const closed = closeCode(attacker);
    let taken = 0;
    attacker.write(offence);
    for (let i = 0; i < 100; i++) attacker.write(after, (error) => void (taken += error ? 0 : 1));
    expect(await closed).toBe(code);
    // What the system's buffers hold of a hundred megabytes.
    expect(taken).toBeLessThan(50);
  });

  test("one subscriber more than a topic may have", async () => {
    const server = await serve({ limits: { maxSubscribersPerTopic: 2 } });
    const [alice, bob, carol] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    await alice.subscribe("room");
    await bob.subscribe("room");
    await alice.subscribe("room", "node-a");
    carol.send({ type: "subscribe", topics: ["room"] });
    expect(await carol.closed).toEqual({ code: 1013, reason: "the topic is full" });
    await bob.close();
    await untilSubscribers(alice, "room", 1);
    const dave = await connectTo(server);
    await dave.subscribe("room");
    await untilSubscribers(alice, "room", 2);
  });
});

describe("bytes that are no WebSocket frames", () => {
  test.each<[name: string, bytes: Buffer, code: number]>([
    ["reserved bits", Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ["an unmasked frame", Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ["an unknown opcode", Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    ["a continuation of nothing", Buffer.from([0x80, 0x80, 0, 0, 0, 0]), 1002],
    ["a length of 2^63", Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1009],
    ["text that is not UTF-8", Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
    ["HTTP once more", Buffer.from("GET / HTTP/1.1\r\n\r\n"), 1002],
  ])("%s", async (_name, bytes, code) => {
    const server = await serve();
    await whileOthersTalk(server, async () => {
      const attacker = await openRawSocket(server.port);
      const closed = closeCode(attacker);
      attacker.write(bytes);
      expect(await closed).toBe(code);
    });
  });

  test("a client that does not end its side of the connection is terminated", async () => {
    const server = await serve({ limits: { closeGraceMs: 20 } });
    const listener = await connectTo(server);
    await listener.subscribe("room");
    const attacker = await openRawSocket(server.port);
    // What it does not read it cannot answer, the end of the stream included.
    attacker.pause();
    attacker.write(textFrame(subscribeTo(["room"])));
    await untilSubscribers(listener, "room", 2);
    attacker.write(Buffer.from([0xff, 0xff]));
    await expect(untilSubscribers(listener, "room", 1)).resolves.toBeUndefined();
    attacker.destroy();
  });

  test("no HTTP at all, and an upgrade to something else", async () => {
    const server = await serve();
    const talking = whileOthersTalk(server, async () => {
      for (const bytes of [
        "\u0000\u0001\u0002\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n",
      ]) {
        const attacker = connect(server.port, "127.0.0.1");
        attacker.on("error", () => {});
        attacker.resume();
        attacker.write(bytes);
        await once(attacker, "close");
      }
    });
    await expect(talking).resolves.toBeUndefined();
  });
});

describe("clients that are a burden", () => {
  test("topics named like what every object has are topics like others", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    for (const topic of ["__proto__", "constructor", "hasOwnProperty"]) {
      await alice.subscribe(topic, "__proto__");
      expect(await bob.subscribe(topic, "constructor")).toMatchObject([
        { type: "roster", peers: [{ nodeId: "__proto__" }] },
      ]);
      bob.sendRaw(`{"type":"publish","topic":"${topic}","__proto__":{"polluted":true},"data":1}`);
      expect(await alice.nextPublish()).toMatchObject({ topic, data: 1, clients: 2 });
      await bob.flush();
    }
    expect("polluted" in {}).toBe(false);
  });

  test("a reader that does not read is terminated", async () => {
    const server = await serve({ limits: { maxBufferedBytes: 64 * 1024, burstTokens: Infinity } });
    const talking = whileOthersTalk(server, async () => {
      const publisher = await connectTo(server);
      await publisher.subscribe("room");
      const slow = await openRawSocket(server.port);
      slow.write(textFrame(subscribeTo(["room"])));
      slow.pause();
      await untilSubscribers(publisher, "room", 2);
      let clients = 2;
      while (clients === 2) {
        publisher.send({ type: "publish", topic: "room", data: "x".repeat(60_000) });
        ({ clients } = await publisher.nextPublish());
      }
      slow.destroy();
    });
    await expect(talking).resolves.toBeUndefined();
  });

  test("a client that answers no ping is terminated", async () => {
    const server = await serve({ limits: { pingIntervalMs: 20 } });
    const mute = new WebSocket(server.url, { autoPong: false });
    expect((await once(mute, "close"))[0]).toBe(1006);
  });

  test("a flood is read no faster than the limit, and nothing of it is lost", async () => {
    const server = await serve({ limits: { burstTokens: 10, tokensPerSecond: 2000 } });
    await whileOthersTalk(server, async () => {
      const flooder = await connectTo(server);
      for (let i = 0; i < 1000; i++) flooder.send({ type: "ping" });
      for (let i = 0; i < 1000; i++) expect(await flooder.next()).toEqual({ type: "pong" });
    });
  });

  test("what comes in one segment holds nobody up: one message of each socket's at a time", async () => {
    const server = await serve();
    const listener = await connectTo(server);
    await listener.subscribe("room");
    const [flooder, other] = [await openRawSocket(server.port), await openRawSocket(server.port)];
    const message = (data: string): Buffer => textFrame(JSON.stringify({ type: "publish", topic: "room", data }));
    flooder.write(Buffer.concat(Array.from({ length: 500 }, () => message("flood"))));
    other.write(message("other"));
    const order: unknown[] = [];
    while (order.length < 501) order.push((await listener.nextPublish())["data"]);
    expect(order.indexOf("other")).toBeLessThan(250);
    for (const socket of [flooder, other]) socket.destroy();
  });

  test("a socket in debt is not read, and can still be closed", async () => {
    const server = await serve({ limits: { burstTokens: 400, tokensPerSecond: 0.001, closeGraceMs: 60_000 } });
    const [debtor, witness] = [await connectTo(server), await connectTo(server)];
    await witness.subscribe("t0");
    debtor.sendRaw(subscribeTo(topicsOf(450, "t")));
    await untilSubscribers(witness, "t0", 2);
    debtor.send({ type: "ping" });
    for (let i = 0; i < 100; i++) await witness.flush();
    expect(debtor.received.map((message) => message.type)).not.toContain("pong");
    await server.close();
    expect((await debtor.closed).code).toBe(1012);
  });
});
