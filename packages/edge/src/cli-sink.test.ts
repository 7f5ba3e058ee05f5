import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignalingServer, startSignalingServer } from "@vecmesh/signaling";
import { findPostgres, PASSWORD, PostgresServer } from "./sink/testing/postgres-server.fixture.ts";
import { pgConnection } from "./sink/postgres/pg-connection.ts";
import { readRoom } from "./sink/testing/sql-subject.fixture.ts";
import { RunningEdge, runCommand } from "./testing/command.fixture.ts";
import { temporaryFolder } from "./testing/temporary-folder.fixture.ts";

const ROOMS = ["one", "two"];

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const found = findPostgres();
if ("missing" in found) console.warn(`SKIPPED: the command with a real PostgreSQL: ${found.missing}`);

describe.skipIf("missing" in found)("the command with a sink", () => {
  let server: PostgresServer;
  let signaling: SignalingServer;
  const flags = ["--data", path("data"), "--port", "0", ...ROOMS.flatMap((room) => ["--room", room])];

  beforeAll(async () => {
    if ("folder" in found) server = await PostgresServer.start(found.folder);
    signaling = await startSignalingServer({ port: 0 });
    writeFileSync(path("password"), `${PASSWORD}\n`);
    writeFileSync(path("wrong"), "wrong");
    for (const room of ROOMS) {
      writeFileSync(path("in.jsonl"), `${JSON.stringify({ id: `of ${room}`, vector: [1, 2], metadata: { room } })}\n`);
      const imported = await runCommand("import", "--data", path("data"), "--room", room, "--file", path("in.jsonl"));
      expect(imported.status).toBe(0);
    }
  }, 60_000);
  afterAll(async () => {
    await server?.dispose();
    await signaling?.close();
  });

  const run = (url: string, passwordFile: string): RunningEdge =>
    new RunningEdge(...flags, "--signaling", signaling.url, "--sink", url, "--sink-password-file", path(passwordFile));
  const address = (): string => `postgres://vecmesh@127.0.0.1:${server.port}/postgres`;
  const metric = async (edge: RunningEdge, name: string): Promise<number> => {
    const text = await (await fetch(`${await edge.url}/metrics`)).text();
    return Number(new RegExp(`^vecmesh_edge_${name}\\{room="one"\\} (\\S+)$`, "m").exec(text)?.[1]);
  };

  test("feeds every room, tells how far it is, and stops cleanly", async () => {
    const edge = run(address(), "password");
    await expect.poll(() => metric(edge, "sink_lag_ms"), { timeout: 30_000 }).toBe(0);
    expect(await metric(edge, "sink_running")).toBe(1);
    await expect.poll(() => metric(edge, "sink_puts"), { timeout: 30_000 }).toBe(1);
    const connection = await pgConnection(server.url());
    for (const room of ROOMS) {
      await expect.poll(async () => [...(await readRoom(connection, room)).keys()]).toEqual([`of ${room}`]);
      expect((await readRoom(connection, room)).get(`of ${room}`)).toMatchObject({
        vector: [1, 2],
        metadata: { room },
      });
    }
    await connection.close();
    expect(await edge.end()).toBe(0);
    expect(edge.stderr).not.toContain(PASSWORD);
    expect(edge.stderr).not.toContain(encodeURIComponent(PASSWORD));
  });

  test("ends where the database refuses it from the start, and says why", async () => {
    const edge = run(address(), "wrong");
    await edge.url;
    expect(await edge.exitCode).toBe(1);
    expect(edge.stderr).toContain("did not start. The database refuses: password authentication failed");
  });

  test("goes on without a database that is away, and feeds it once it is there", async () => {
    await server.crash();
    const edge = run(address(), "password");
    await expect.poll(() => metric(edge, "sink_failures"), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await (await fetch(`${await edge.url}/healthz`)).text()).toBe("ok");
    expect(await metric(edge, "sink_lag_ms")).toBeGreaterThan(0);
    await server.restart();
    await expect.poll(() => metric(edge, "sink_lag_ms"), { timeout: 50_000 }).toBe(0);
    expect(await edge.end()).toBe(0);
  });
});
