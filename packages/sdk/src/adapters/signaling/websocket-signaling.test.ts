import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startSignalingServer, type SignalingServer } from "@vecmesh/signaling";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { isReplicationError } from "../../core/replication-error.ts";
import { mintNodeId } from "../../core/node-id.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Announcement, Envelope, Instance, Letter } from "./envelope.ts";
import type { SignalingChannel } from "./signaling.ts";
import { webSocketSignaling } from "./websocket-signaling.ts";

const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** Real time, but what waits a second waits a twentieth of it. */
const runtime: Runtime = {
  now: () => performance.now() * 20,
  randomBytes,
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs / 20);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setTimeout(callback),
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

class Client {
  readonly instance = Buffer.from(randomBytes(8)).toString("hex") as Instance;
  readonly nodeId = mintNodeId(randomBytes);
  readonly received: Envelope[] = [];
  readonly unreadable: Letter[] = [];
  readonly lost: Instance[] = [];
  readonly errors: Error[] = [];
  readonly offered: (readonly RTCIceServer[])[] = [];
  readonly present: (readonly Instance[])[] = [];
  opened = 0;
  readonly channel: SignalingChannel;

  constructor(url: string, token?: string | (() => Promise<string>)) {
    const signaling = webSocketSignaling({
      url,
      token,
      runtime,
      WebSocket: WebSocket as never,
      offered: (iceServers) => void this.offered.push(iceServers),
    });
    this.channel = signaling.open("room", this, {
      opened: () => void this.opened++,
      present: (instances) => void this.present.push(instances),
      received: (envelope) => void this.received.push(envelope),
      unreadable: (letter) => void this.unreadable.push(letter),
      lost: (instance) => void this.lost.push(instance),
      error: (error) => void this.errors.push(error),
    });
    cleanUps.push(() => this.channel.close());
  }

  announce(to?: Instance): void {
    const { nodeId, instance } = this;
    this.channel.send({ type: "announce", nodeId, instance, openedAt: 1, upMs: 1, to, answer: false, free: true });
  }

  codes(): (string | undefined)[] {
    return this.errors.map((error) => (isReplicationError(error) ? error.code : undefined));
  }
}

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

async function start(port = 0): Promise<SignalingServer> {
  const server = await startSignalingServer({ port });
  cleanUps.push(() => server.close());
  return server;
}

/** A server of the test's own: what it does with each socket is up to the test. */
async function startRaw(connected: (socket: WebSocket, url: string) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket, request) => connected(socket, request.url ?? ""));
  await new Promise((resolve) => server.once("listening", resolve));
  cleanUps.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Answers whatever comes with what a server says to who is alone in the room. */
function list(socket: WebSocket): void {
  const roster = { type: "roster", topic: "vecmesh:room", self: "x", peers: [], clients: 1 };
  socket.on("message", () => socket.send(JSON.stringify(roster)));
}

async function open(...clients: Client[]): Promise<void> {
  await eventually(() => expect(clients.every(({ opened }) => opened > 0)).toBe(true));
}

describe("T9: signaling over a server", () => {
  it("brings announcements to all others in the room, and what is directed to one alone", async () => {
    const { url } = await start();
    const [a, b, c] = [new Client(url), new Client(url), new Client(url)];
    await open(a, b, c);
    a.announce();
    await eventually(() => expect([b.received.length, c.received.length]).toEqual([1, 1]));
    expect(b.received[0]).toEqual({
      type: "announce",
      nodeId: a.nodeId,
      instance: a.instance,
      openedAt: 1,
      upMs: 1,
      to: undefined,
      answer: false,
      free: true,
    } satisfies Announcement);
    b.announce(a.instance);
    c.announce();
    await eventually(() => expect([a.received.length, b.received.length]).toEqual([2, 2]));
    expect(new Set(a.received.map(({ instance }) => instance))).toEqual(new Set([b.instance, c.instance]));
    expect(c.received.map(({ instance }) => instance)).toEqual([a.instance]);
  });

  it("T7: names who is there by instances, and how many there are, when it is opened and when asked", async () => {
    const { url } = await start();
    const a = new Client(url);
    await open(a);
    expect([a.present, a.channel.size]).toEqual([[[]], 1]);
    const b = new Client(url);
    await open(b);
    expect([b.present, b.channel.size]).toEqual([[[a.instance]], 2]);
    b.announce(a.instance);
    await eventually(() => expect([a.received.length, a.channel.size]).toEqual([1, 2]));
    a.channel.refresh();
    await eventually(() => expect(a.present).toEqual([[], [b.instance]]));
    expect(a.opened).toBe(1);
    b.channel.close();
    await eventually(() => expect([a.lost, a.channel.size]).toEqual([[b.instance], 1]));
    a.channel.close();
    expect(a.channel.size).toBe(0);
  });

  it("brings sealed letters as it brings others: to all, or to the one that they name", async () => {
    const { url } = await start();
    const [a, b, c] = [new Client(url), new Client(url), new Client(url)];
    await open(a, b, c);
    const sealed = { type: "sealed", sealed: "c2VhbGVk" } as const;
    a.channel.send({ ...sealed, instance: a.instance, to: undefined });
    await eventually(() => expect([b.unreadable.length, c.unreadable.length]).toEqual([1, 1]));
    b.channel.send({ ...sealed, instance: b.instance, to: a.instance });
    await eventually(() => expect(a.unreadable).toEqual([{ ...sealed, instance: b.instance, to: a.instance }]));
    expect([a, b, c].flatMap(({ received }) => received)).toEqual([]);
    expect(c.unreadable.length).toBe(1);
  });

  it("tells who is no longer there", async () => {
    const { url } = await start();
    const [a, b] = [new Client(url), new Client(url)];
    await open(a, b);
    b.announce();
    await eventually(() => expect(a.received.length).toBe(1));
    b.channel.close();
    await eventually(() => expect(a.lost).toEqual([b.instance]));
  });

  it("T5: finds a server that starts later, dies and comes back, and says once for each outage that it is away", async () => {
    const probe = await start();
    const { port, url } = probe;
    await probe.close();
    const [a, b] = [new Client(url), new Client(url)];
    await eventually(() =>
      expect([a.codes(), b.codes()]).toEqual([["signaling-unreachable"], ["signaling-unreachable"]]),
    );
    const first = await start(port);
    await open(a, b);
    await first.close();
    await eventually(() => expect(a.codes()).toEqual(["signaling-unreachable", "signaling-unreachable"]));
    await start(port);
    await eventually(() => expect([a.opened, b.opened]).toEqual([2, 2]));
    a.announce();
    await eventually(() => expect(b.received.length).toBe(1));
  });

  it("shows a token asked for afresh at each connection", async () => {
    const shown: string[] = [];
    const url = await startRaw((socket, path) => {
      shown.push(path);
      socket.close();
    });
    let minted = 0;
    const client = new Client(`${url}/?room=1`, () => Promise.resolve(`a b/${++minted}`));
    await eventually(() => expect(shown.length).toBeGreaterThan(1));
    expect(shown.slice(0, 2)).toEqual(["/?room=1&token=a+b%2F1", "/?room=1&token=a+b%2F2"]);
    expect(client.errors).toEqual([]);
  });

  it("goes on trying when the token function fails", async () => {
    const { url } = await start();
    let asked = 0;
    const client = new Client(url, () => (asked++ < 2 ? Promise.reject(new Error("offline")) : Promise.resolve("t")));
    await open(client);
    expect(client.codes()).toEqual(["signaling-unreachable"]);
  });

  it("says `unauthorized` when the server closes with 4401", async () => {
    const url = await startRaw((socket) => socket.close(4401, "who are you?"));
    const client = new Client(url, "wrong");
    await eventually(() => expect(client.codes()).toEqual(["unauthorized"]));
  });

  it("T10: says `unauthorized`, and why, when the server refuses the upgrade, and gets in with the next token", async () => {
    const server = await startSignalingServer({
      port: 0,
      authorize: ({ token }) =>
        token === "good" ? { allowed: true } : { allowed: false, status: 401, reason: "no such token" },
    });
    cleanUps.push(() => server.close());
    let shown = "bad";
    const client = new Client(server.url, () => Promise.resolve(shown));
    await eventually(() => expect(client.codes()).toEqual(["unauthorized"]));
    expect(client.errors[0]?.message).toContain("(no such token)");
    shown = "good";
    await open(client);
    expect(client.codes()).toEqual(["unauthorized"]);
  });

  it("T10: says `unauthorized` when the token is for other rooms", async () => {
    const server = await startSignalingServer({
      port: 0,
      authorize: () => ({ allowed: true, allowsTopic: (topic) => topic === "vecmesh:another" }),
    });
    cleanUps.push(() => server.close());
    const client = new Client(server.url, "good");
    await eventually(() => expect(client.codes()).toEqual(["unauthorized"]));
    expect(client.errors[0]?.message).toContain("(the token does not allow this topic)");
  });

  it("T10: says `unauthorized` though the server takes longer to say why than it may take to open a socket", async () => {
    const server = createServer((_request, response) => {
      // 20 seconds on the test's clock.
      setTimeout(() => response.writeHead(401).end("the token is no good"), 1000);
    });
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(() => server.close());
    const client = new Client(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, "bad");
    await eventually(() => expect(client.codes()).toEqual(["unauthorized"]));
    expect(client.errors[0]?.message).toContain("(the token is no good)");
  });

  it("T10: shows the next token when one has expired, and does not call that an error", async () => {
    let connections = 0;
    const url = await startRaw((socket) => {
      list(socket);
      // After STABLE_MS on the test's clock, from a moment at which the client knows that it is open.
      if (++connections > 1) return;
      socket.once("message", () => setTimeout(() => socket.close(4401, "the token has expired"), 600));
    });
    const client = new Client(url, () => Promise.resolve("fresh"));
    await eventually(() => expect(client.opened).toBe(2));
    expect(client.errors).toEqual([]);
  });

  it("T10: comes back when a server that ends asked it to", async () => {
    const times: number[] = [];
    const url = await startRaw((socket) => {
      times.push(runtime.now());
      list(socket);
      if (times.length > 1) return;
      socket.send('{"type":"retry","afterMs":20000}');
      socket.close(1012);
    });
    const client = new Client(url);
    await eventually(() => expect(client.opened).toBe(1));
    // Of itself it would come back within a second.
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(19_000);
    expect(client.errors).toEqual([]);
  });

  it("T10: tells of the TURN servers that it is offered", async () => {
    const server = await startSignalingServer({
      port: 0,
      authorize: () => ({ allowed: true, subject: "ada" }),
      turn: { urls: ["turn:turn.example:3478"], secret: "north" },
    });
    cleanUps.push(() => server.close());
    const client = new Client(server.url, "good");
    await eventually(() => expect(client.offered).toMatchObject([[{ urls: ["turn:turn.example:3478"] }]]));
  });

  it("ignores all that is no message of the room's", async () => {
    const good = { type: "announce", nodeId: "a".repeat(32), instance: "b".repeat(16), openedAt: 0, upMs: 0 };
    const publish = { type: "publish", topic: "vecmesh:room", from: "x", clients: 2 };
    const url = await startRaw((socket) => {
      socket.send(Buffer.from([1, 2, 3]));
      for (const junk of ["", "{", "null", "[]", "7", '"publish"']) socket.send(junk);
      for (const junk of [
        { ...publish, topic: "vecmesh:another", vecmesh: good },
        { ...publish, from: 7, vecmesh: good },
        { ...publish, vecmesh: { ...good, nodeId: "me" } },
        { ...publish, vecmesh: { ...good, type: "signal", to: "c".repeat(16), attempt: 1, signal: {} } },
        { ...publish, vecmesh: "sealed" },
        { type: "left", topic: "vecmesh:room", from: "nobody" },
        { type: "roster", topic: "vecmesh:room", self: "x", peers: "many" },
        { ...publish, vecmesh: good },
      ]) {
        socket.send(JSON.stringify(junk));
      }
    });
    const client = new Client(url);
    await eventually(() => expect(client.received.length).toBe(1));
    expect(client.received).toEqual([{ ...good, to: undefined, answer: false, free: true }]);
    expect([client.lost, client.errors, client.opened]).toEqual([[], [], 1]);
  });

  it("gives up a socket on which nothing is answered", async () => {
    let connections = 0;
    const url = await startRaw(() => void connections++);
    const client = new Client(url);
    await eventually(() => expect(connections).toBeGreaterThan(1));
    expect(client.errors).toEqual([]);
  });
});
