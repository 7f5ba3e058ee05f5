import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPostgres, hasPgvector, PostgresServer } from "../testing/postgres-server.fixture.ts";
import { pgConnection } from "./pg-connection.ts";
import { postgresTarget } from "./postgres-target.ts";
import type { SqlConnection } from "./sql-connection.ts";
import { sqlSubject } from "../testing/sql-subject.fixture.ts";
import { targetContract } from "../testing/target-contract.fixture.ts";

const ARRAYS = `create table vecmesh_entries (room text collate "C" not null, id text collate "C" not null, vector real[] not null,
  metadata jsonb not null, written_at timestamptz not null, primary key (room, id));
  create table vecmesh_sinks (room text collate "C" primary key, owner text not null, checkpoint text, swept_to text collate "C",
  updated_at timestamptz not null default now())`;

const found = findPostgres();
if ("missing" in found) console.warn(`SKIPPED: tests of a real PostgreSQL: ${found.missing}`);
const withPgvector = "folder" in found && hasPgvector(found.folder);
if (!withPgvector) console.warn("SKIPPED: tests of a real PostgreSQL with pgvector: Debian 13 has a package of it");

let server: PostgresServer;
const connections: SqlConnection[] = [];
beforeAll(async () => {
  if ("folder" in found) server = await PostgresServer.start(found.folder);
}, 60_000);
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await server?.dispose();
});

async function connect(url: string = server.url()): Promise<SqlConnection> {
  const connection = await pgConnection(url);
  connections.push(connection);
  return connection;
}

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const pool = new Pool({ connectionString: url });
  for (const statement of statements) await pool.query(statement);
  await pool.end();
}

/** The URL of a database of its own. */
async function database(): Promise<string> {
  const name = `d${randomUUID().replaceAll("-", "")}`;
  await run(server.url(), `create database ${name}`);
  return server.url().replace(/postgres$/, name);
}

describe.skipIf("missing" in found)("a real PostgreSQL", () => {
  targetContract(sqlSubject(`vectors as ${withPgvector ? "pgvector's" : "arrays"}`, () => connect()));

  test("stores vectors by pgvector where it has it", async () => {
    const vectors = withPgvector ? "vector" : "real[]";
    expect(await postgresTarget(await connect()).prepare()).toEqual({ vectors });
  });

  test("is fed by a user who may change rows and no more", async () => {
    const url = await database();
    await postgresTarget(await connect(url)).prepare();
    const rights = "grant select, insert, update, delete on vecmesh_entries, vecmesh_sinks to feeder";
    await run(url, "create role feeder login password 'feeder'", rights);
    const target = postgresTarget(await connect(url.replace(/vecmesh:[^@]*@/, "feeder:feeder@")));
    await target.prepare();
    await target.claim("room", "me");
    const put = { id: "a", vector: Float32Array.of(1), metadata: {}, timestamp: 0 };
    await target.apply("room", "me", { puts: [put], deletes: ["b"], position: { checkpoint: "1" } });
    expect(await target.idsAfter("room", "", 10)).toEqual(["a"]);
  });

  test.each([
    ["the wrong password", () => server.url("wrong"), "refused", "28P01"],
    ["a database that is not there", () => server.url().replace(/postgres$/, "nothing"), "refused", "3D000"],
    ["a server that has no TLS", () => `${server.url()}?sslmode=verify-full`, "refused", "SSL"],
    [
      "a port where nobody listens",
      () => server.url().replace(`:${server.port}/`, ":1/"),
      "unreachable",
      "ECONNREFUSED",
    ],
  ])("%s is told as it is", async (_, url, code, message) => {
    const target = postgresTarget(await connect(url()));
    await expect(target.prepare()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("that ends amid a step, and is there again, has all of it or nothing", async () => {
    const url = await database();
    const target = postgresTarget(await connect(url));
    await target.prepare();
    await target.claim("room", "me");
    const put = { id: "a", vector: Float32Array.of(1), metadata: {}, timestamp: 0 };
    await target.apply("room", "me", { puts: [put], deletes: [], position: { checkpoint: "1" } });
    const blocker = await connect(url);
    let release = (): void => undefined;
    const locked = new Promise<void>((resolve) => {
      void blocker
        .transaction(async (query) => {
          await query("lock table vecmesh_entries in access exclusive mode");
          resolve();
          await new Promise<void>((done) => {
            release = done;
          });
        })
        .catch(() => undefined);
    });
    await locked;
    const applying = target.apply("room", "me", {
      puts: [{ ...put, id: "b" }],
      deletes: ["a"],
      position: { checkpoint: "2" },
    });
    const failed = applying.catch((error: unknown) => error);
    await server.restart();
    release();
    expect(await failed).toMatchObject({ code: "unreachable" });
    expect(await target.idsAfter("room", "", 10)).toEqual(["a"]);
    expect(await target.claim("room", "me")).toEqual({ checkpoint: "1" });
  });

  test("that does not answer holds up no closing", async () => {
    const url = await database();
    const held = await pgConnection(url);
    let asked = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const sleeping = held.transaction((query) => {
      asked();
      return query("select pg_sleep(3600)");
    });
    const failed = sleeping.catch((error: unknown) => error);
    await begun;
    await held.close();
    expect(await failed).toMatchObject({ code: "unreachable" });
  });
});

describe.skipIf(!withPgvector)("a real PostgreSQL whose table was made before pgvector came", () => {
  let url: Promise<string> | undefined;
  const prepared = async (): Promise<string> => {
    const made = await database();
    await run(made, ARRAYS);
    return made;
  };
  targetContract(sqlSubject("vectors as arrays", async () => connect(await (url ??= prepared()))));
});
