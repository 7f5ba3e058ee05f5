import { describe, expect, test } from "vitest";
import { Registry } from "prom-client";
import { connectTo, serve } from "./testing/setting.ts";
import type { SignalingServer } from "./server.ts";

async function get(
  { port }: SignalingServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

describe("T10: /healthz", () => {
  test("says ok, and 503 while the server drains", async () => {
    const server = await serve({ limits: { closeGraceMs: 50 } });
    const client = await connectTo(server);
    expect(await get(server, "/healthz")).toMatchObject({ status: 200, body: "ok" });
    const staying = await connectTo(server);
    // In twenty steps: the other has its close a second after the first.
    const closed = server.close({ drainMs: 20_000 });
    await Promise.race([client.closed, staying.closed]);
    expect(await get(server, "/healthz")).toMatchObject({ status: 503, body: "draining" });
    await closed;
  });
});

describe("T10: /metrics", () => {
  test("counts what happened, and holds nothing that a client chose", async () => {
    const server = await serve();
    const [alice, bob] = [await connectTo(server), await connectTo(server)];
    await alice.subscribe("secret room");
    await bob.subscribe("secret room");
    alice.send({ type: "publish", topic: "secret room", data: "secret" });
    await bob.nextPublish();
    bob.send({ type: "secret" });
    await bob.flush();
    bob.sendRaw("{");
    await bob.closed;
    const { status, body, headers } = await get(server, "/metrics");
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    for (const line of [
      "vecmesh_signaling_sockets 1",
      "vecmesh_signaling_topics 1",
      "vecmesh_signaling_addresses 1",
      'vecmesh_signaling_upgrades_total{status="101"} 2',
      'vecmesh_signaling_closed_total{cause="1007"} 1',
      'vecmesh_signaling_received_messages_total{type="subscribe"} 2',
      'vecmesh_signaling_received_messages_total{type="publish"} 1',
      'vecmesh_signaling_received_messages_total{type="unknown"} 1',
    ]) {
      expect(body.split("\n")).toContain(line);
    }
    expect(body).not.toContain("secret");
  });

  test("go to a registry that is passed in", async () => {
    const metrics = new Registry();
    const server = await serve({ metrics });
    expect(await metrics.metrics()).toBe((await get(server, "/metrics")).body);
  });

  test("are for those who have their token, if there is one", async () => {
    const server = await serve({ metricsToken: "right" });
    for (const authorization of ["", "Bearer wrong", "right"]) {
      expect(await get(server, "/metrics", { authorization })).toMatchObject({ status: 401 });
    }
    expect(await get(server, "/metrics", { authorization: "Bearer right" })).toMatchObject({ status: 200 });
  });
});

describe("T10: /admission", () => {
  test("tells a page of any origin why its socket is refused, and lets nobody in", async () => {
    const server = await serve({
      authorize: ({ token }) =>
        token === "good" ? { allowed: true } : { allowed: false, status: 401, reason: "no such token" },
      limits: { maxSockets: 1 },
    });
    for (let i = 0; i < 3; i++) expect(await get(server, "/admission?token=good")).toMatchObject({ status: 200 });
    const { status, body, headers } = await get(server, "/admission?token=bad", { origin: "https://app.example" });
    expect([status, body, headers.get("access-control-allow-origin")]).toEqual([401, "no such token", "*"]);
  });
});
