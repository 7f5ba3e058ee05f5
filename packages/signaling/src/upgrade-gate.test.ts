import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Admission, AuthorizationRequest, Authorize } from "./authorization.ts";
import { connectTo, serve } from "./testing/setting.ts";
import { TestClient } from "./testing/test-client.ts";
import { askForUpgrade, beginUpgrade } from "./testing/upgrade.ts";
import { eventually } from "./testing/eventually.ts";

const allowing =
  (topic: string): Authorize =>
  ({ token }) =>
    token === "good"
      ? { allowed: true, allowsTopic: (asked) => asked === topic }
      : { allowed: false, status: 401, reason: "no such token" };

/** Once there is room. */
async function eventuallyConnected(url: string): Promise<TestClient> {
  let client: TestClient | undefined;
  await eventually(async () => void (client = await TestClient.connect(url)));
  return client as TestClient;
}

describe("T10: who may connect is asked at the upgrade", () => {
  test("and what the request says is shown to `authorize`", async () => {
    const asked: AuthorizationRequest[] = [];
    const authorize: Authorize = (request) => {
      asked.push(request);
      return { allowed: true };
    };
    const { port } = await serve({ authorize, trustedProxyHops: 1 });
    const headers = { Origin: "https://app.example", "X-Forwarded-For": "198.51.100.1, 203.0.113.7" };
    expect(await askForUpgrade(port, "/rooms?token=a+b%2F&x=1", headers)).toMatchObject({ status: 101 });
    await askForUpgrade(port, "/?token=other", { Authorization: "Bearer good" });
    await askForUpgrade(port);
    expect(asked).toMatchObject([
      { token: "a b/", origin: "https://app.example", address: "203.0.113.7", url: "/rooms?token=a+b%2F&x=1" },
      { token: "good", origin: undefined, address: "127.0.0.1" },
      { token: undefined },
    ]);
    expect(asked[0]?.headers.origin).toBe("https://app.example");
  });

  test("with 401 for a token that is none, before a socket opens", async () => {
    const { port, url } = await serve({ authorize: allowing("room") });
    const refusal = { status: 401, reason: "no such token", headers: { "www-authenticate": "Bearer" } };
    for (const path of ["/", "/?token=bad"]) expect(await askForUpgrade(port, path)).toMatchObject(refusal);
    await expect(TestClient.connect(`${url}/?token=bad`)).rejects.toThrow("401");
    expect(await askForUpgrade(port, "/?token=good")).toMatchObject({ status: 101 });
  });

  test("with 403 for pages of other origins, whatever their token", async () => {
    const { port } = await serve({ authorize: allowing("room"), allowedOrigins: ["https://app.example"] });
    const ask = (origin: string): ReturnType<typeof askForUpgrade> =>
      askForUpgrade(port, "/?token=good", { Origin: origin });
    expect(await ask("https://evil.example")).toMatchObject({
      status: 403,
      reason: "pages of this origin may not connect",
    });
    expect(await ask("https://app.example")).toMatchObject({ status: 101 });
  });

  test("with 503 when tokens cannot be checked, or not in time", async () => {
    const failing = await serve({ authorize: () => Promise.reject(new Error("no keys")) });
    const hanging = await serve({ authorize: () => new Promise(() => {}), limits: { authorizeTimeoutMs: 20 } });
    for (const { port } of [failing, hanging]) {
      expect(await askForUpgrade(port)).toMatchObject({
        status: 503,
        reason: "tokens cannot be checked at the moment",
        headers: { "retry-after": "30" },
      });
    }
  });

  test("a client that goes away while it is asked counts no more", async () => {
    let decide: () => void = () => {};
    const asked = new Promise<void>((resolve) => (decide = resolve));
    let questions = 0;
    const authorize: Authorize = async () => {
      if (questions++ === 0) await asked;
      return { allowed: true };
    };
    const { port } = await serve({ authorize, limits: { maxSockets: 1 } });
    const gone = beginUpgrade(port);
    gone.on("error", () => {});
    await eventually(() => expect(questions).toBe(1));
    expect(await askForUpgrade(port)).toMatchObject({ status: 503 });
    gone.destroy();
    decide();
    await eventually(async () => expect(await askForUpgrade(port)).toMatchObject({ status: 101 }));
  });
});

describe("T10: what a token allows", () => {
  test("is the only topic to subscribe and publish to", async () => {
    const { url } = await serve({ authorize: allowing("room") });
    const connect = (): Promise<TestClient> => TestClient.connect(`${url}/?token=good`);
    const [alice, mallory, spammer] = [await connect(), await connect(), await connect()];
    await alice.subscribe("room");
    mallory.send({ type: "subscribe", topics: ["room", "other"] });
    spammer.send({ type: "publish", topic: "other" });
    for (const client of [mallory, spammer]) {
      expect(await client.closed).toEqual({ code: 4403, reason: "the token does not allow this topic" });
    }
    alice.send({ type: "publish", topic: "room" });
    expect(await alice.nextPublish()).toMatchObject({ clients: 1 });
    alice.socket.terminate();
  });

  test("ends when it expires", async () => {
    let expiresAtMs = Number.POSITIVE_INFINITY;
    const short: Admission = {
      allowed: true,
      get expiresAtMs() {
        return expiresAtMs;
      },
    };
    const server = await serve({
      authorize: ({ token }) => (token === "short" ? short : { allowed: true }),
      limits: { pingIntervalMs: 1000 },
    });
    const [brief, long] = [await TestClient.connect(`${server.url}/?token=short`), await connectTo(server)];
    await brief.subscribe("room");
    expiresAtMs = Date.now() + 200;
    expect(await brief.closed).toEqual({ code: 4401, reason: "the token has expired" });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAtMs);
    expect(await long.flush()).toEqual([]);
  });
});

describe("T10: how many may connect", () => {
  test("from one address, also behind a proxy; others are not concerned", async () => {
    const { port } = await serve({ limits: { maxSocketsPerAddress: 2 }, trustedProxyHops: 1 });
    const from = (address: string): ReturnType<typeof beginUpgrade> =>
      beginUpgrade(port, "/", { "X-Forwarded-For": address });
    for (const open of [from("2001:db8::1"), from("2001:db8::2")]) await once(open, "upgrade");
    const third = { "X-Forwarded-For": "2001:db8::3" };
    expect(await askForUpgrade(port, "/", third)).toMatchObject({ status: 429, headers: { "retry-after": "30" } });
    expect(await askForUpgrade(port, "/", { "X-Forwarded-For": "2001:db8:0:1::1" })).toMatchObject({ status: 101 });
  });

  test("from one address again when others of it have left", async () => {
    const server = await serve({ limits: { maxSocketsPerAddress: 1, maxSubscriptionsPerAddress: 2 } });
    for (let i = 0; i < 5; i++) {
      const client = await eventuallyConnected(server.url);
      for (const topic of ["a", "b"]) expect(await client.subscribe(topic)).toEqual([]);
      await client.close();
    }
    const client = await eventuallyConnected(server.url);
    client.send({ type: "subscribe", topics: ["a", "b", "c"] });
    const reason = "this address has as many subscriptions as it may have";
    expect(await client.closed).toEqual({ code: 1013, reason });
  });

  test("from one address in a time", async () => {
    const limits = { addressBurstTokens: 30, addressTokensPerSecond: 0.001, tokensPerConnection: 10 };
    const { port } = await serve({ limits });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await askForUpgrade(port)).status);
    expect(statuses).toEqual([101, 101, 101, 429]);
  });

  test.each<[name: string, offence: string | Buffer, code: number, then: number]>([
    ["a message that is none", "{garbage", 1007, 429],
    ["a message that is too large", Buffer.alloc(100_000), 1009, 429],
    ["nothing but where there was no room", '{"type":"subscribe","topics":["full"]}', 1013, 101],
  ])("from one address after it has broken rules: %s", async (_name, offence, code, then) => {
    const limits = { addressBurstTokens: 250, addressTokensPerSecond: 0.001, maxSubscribersPerTopic: 1 };
    const server = await serve({ limits: { ...limits, tokensPerConnection: 10, tokensPerViolation: 100 } });
    await (await connectTo(server)).subscribe("full");
    for (let i = 0; i < 2; i++) {
      const offender = await connectTo(server);
      offender.sendRaw(offence);
      expect((await offender.closed).code).toBe(code);
    }
    expect(await askForUpgrade(server.port)).toMatchObject({ status: 101 });
    expect(await askForUpgrade(server.port)).toMatchObject({ status: then });
  });

  test("in all, until one leaves", async () => {
    const server = await serve({ limits: { maxSockets: 2 } });
    const [first] = [await connectTo(server), await connectTo(server)];
    expect(await askForUpgrade(server.port)).toMatchObject({
      status: 503,
      reason: "the server has as many clients as it may have",
    });
    await first.close();
    await eventually(async () => expect(await askForUpgrade(server.port)).toMatchObject({ status: 101 }));
  });
});

describe("T10: deadlines before anything is known of a client", () => {
  test("a request that does not come to its end", async () => {
    const { port } = await serve({ limits: { requestTimeoutMs: 100 } });
    for (const begun of ["", "GET / HTTP/1.1\r\nHost:"]) {
      const slow = connect(port, "127.0.0.1");
      slow.on("error", () => {}).resume();
      slow.write(begun);
      await expect(once(slow, "close")).resolves.toBeDefined();
    }
  });

  test("a socket that asks for nothing; one that has had what it wanted stays", async () => {
    const server = await serve({ limits: { firstMessageTimeoutMs: 1000, pingIntervalMs: 1000 } });
    const idle = once(new WebSocket(server.url), "close");
    const busy = await connectTo(server);
    await busy.subscribe("room");
    busy.send({ type: "unsubscribe", topics: ["room"] });
    const [code, reason] = (await idle) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1008, "a socket must subscribe or publish soon"]);
    expect(await busy.flush()).toEqual([]);
  });
});
