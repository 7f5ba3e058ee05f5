import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Replicator } from "@vecmesh/sdk";
import { MemoryNetwork, memoryStorage } from "@vecmesh/sdk/memory";
import { edgeMetrics } from "./metrics.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";

const TOKEN = "a token";
const ROOM = "a room / with a slash";

let replicator: Replicator;
let server: HttpServer;
let replicas: Map<string, Replicator>;

beforeAll(async () => {
  replicator = await Replicator.create({
    room: ROOM,
    dimensions: 2,
    consistencyLevel: "one",
    storage: memoryStorage(),
    transport: new MemoryNetwork().transport(),
  });
  await replicator.writeBatch([
    { id: "x/1", vector: Float32Array.of(1, 0), metadata: { text: "x" } },
    { id: "y", vector: Float32Array.of(0, 1), metadata: { text: "y" } },
  ]);
  replicas = new Map([[ROOM, replicator]]);
  server = await startHttpServer({ replicas, token: TOKEN, metrics: edgeMetrics(replicas), metricsToken: "another" });
});

afterAll(async () => {
  await server.close();
  await replicator.close();
});

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(path: string, { headers, ...init }: Asked = {}, token = TOKEN): Promise<Response> {
  return fetch(`${server.url}/rooms/${encodeURIComponent(ROOM)}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
}

describe("reading over HTTP", () => {
  test("takes the token, and is off without one", async () => {
    expect((await ask("/entries/y", {}, "wrong")).status).toBe(401);
    expect((await fetch(`${server.url}/rooms/a/entries/y`)).headers.get("www-authenticate")).toBe("Bearer");
    await using off = await startHttpServer({ replicas });
    const path = `/rooms/${encodeURIComponent(ROOM)}/entries/y`;
    expect((await fetch(off.url + path, { headers: { authorization: "Bearer " } })).status).toBe(404);
  });

  test("gives an entry by its id, whatever characters it has", async () => {
    const answer = await ask(`/entries/${encodeURIComponent("x/1")}`);
    expect(await answer.json()).toMatchObject({ id: "x/1", vector: [1, 0], metadata: { text: "x" } });
    expect((await ask("/entries/nothing")).status).toBe(404);
    expect((await ask("/entries/y?consistency=some")).status).toBe(400);
    const alone = await ask("/entries/y?consistency=quorum");
    expect([alone.status, await alone.json()]).toMatchObject([503, { code: "quorum-unavailable" }]);
  });

  test("searches", async () => {
    const answer = await ask("/search", { method: "POST", body: JSON.stringify({ vector: [0.1, 1], k: 1 }) });
    expect(await answer.json()).toEqual({ hits: [{ id: "y", score: expect.any(Number), metadata: { text: "y" } }] });
  });

  test.each([
    "no JSON",
    "null",
    "{}",
    '{"vector":["1"]}',
    '{"vector":[1,2],"k":100000}',
    '{"vector":[1,2],"k":0}',
    '{"vector":[1,2],"metric":"far"}',
    '{"vector":[1,2,3]}',
    `{"vector":[${"1,".repeat(2_000_000)}1]}`,
  ])("refuses to search for %.40s", async (body) => {
    expect((await ask("/search", { method: "POST", body })).status).toBe(400);
  });

  test("writes nothing, and knows no other path", async () => {
    for (const method of ["PUT", "POST", "DELETE"]) expect((await ask("/entries/y", { method })).status).toBe(404);
    expect((await ask("/")).status).toBe(404);
    expect((await ask("/changes/more")).status).toBe(404);
    expect(
      (await fetch(`${server.url}/rooms/%E0%A4%A/entries/y`, { headers: { authorization: `Bearer ${TOKEN}` } })).status,
    ).toBe(404);
    expect(await replicator.count()).toBe(2);
  });

  test("streams changes, and goes on from a checkpoint", async () => {
    const first = await events(await ask("/changes"), 2);
    expect(first.map(({ event, data }) => [event, data["id"]])).toEqual([
      ["put", "x/1"],
      ["put", "y"],
    ]);
    await replicator.write({ id: "y", vector: Float32Array.of(0, 2), metadata: { text: "again" } });
    const since = { "last-event-id": first.at(-1)!.id };
    const [change] = await events(await ask("/changes", { headers: since }), 1);
    expect(change).toMatchObject({ event: "put", data: { id: "y", metadata: { text: "again" } } });
    const [reset] = await events(await ask("/changes?since=somebody:1:1"), 1);
    expect(reset).toMatchObject({ event: "reset", data: {} });
  });

  test("tells its health and, behind their own token, the metrics", async () => {
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe("ok");
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const metrics = await (
      await fetch(`${server.url}/metrics`, { headers: { authorization: "Bearer another" } })
    ).text();
    const known = ["entries", "lag_ms", "queued_bytes", "peers", "sent_acks", "received_acks", "sent_bytes"];
    for (const name of known)
      expect(metrics).toMatch(new RegExp(`^vecmesh_edge_${name}\\{room="${ROOM}"\\} \\d+$`, "m"));
  });
});

interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The stream's first events. */
async function events(answer: Response, count: number): Promise<SentEvent[]> {
  const found: SentEvent[] = [];
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
      );
      text = text.slice(end + 2);
      if (!fields.has("event")) continue;
      found.push({ id: fields.get("id")!, event: fields.get("event")!, data: JSON.parse(fields.get("data")!) });
      if (found.length === count) return found;
    }
  }
  throw new Error("The stream has ended.");
}
