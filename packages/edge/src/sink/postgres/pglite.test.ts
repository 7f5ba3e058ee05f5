import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { afterAll, describe, expect, test } from "vitest";
import { pgliteConnection } from "./pglite-connection.ts";
import { postgresTarget } from "./postgres-target.ts";
import { sqlSubject } from "../testing/sql-subject.fixture.ts";
import { targetContract } from "../testing/target-contract.fixture.ts";

const withPgvector = await PGlite.create({ extensions: { vector } });
const withArrays = await PGlite.create();
afterAll(() => Promise.all([withPgvector.close(), withArrays.close()]));

targetContract(sqlSubject("PGlite with pgvector", async () => pgliteConnection(withPgvector)));
targetContract(sqlSubject("PGlite with arrays", async () => pgliteConnection(withArrays)));

describe("vectors in PostgreSQL", () => {
  test("are pgvector's where it is to be had, and arrays elsewhere", async () => {
    expect(await postgresTarget(pgliteConnection(withPgvector)).prepare()).toEqual({ vectors: "vector" });
    expect(await postgresTarget(pgliteConnection(withArrays)).prepare()).toEqual({ vectors: "real[]" });
  });

  test("are of the other kind, and fed anew, once the table has been dropped", async () => {
    const database = await PGlite.create({ extensions: { vector } });
    const target = postgresTarget(pgliteConnection(database));
    await database.exec(`create table vecmesh_entries (room text collate "C" not null, id text collate "C" not null, vector real[] not null,
      metadata jsonb not null, written_at timestamptz not null, primary key (room, id));
      create table vecmesh_sinks (room text collate "C" primary key, owner text not null, checkpoint text, swept_to text collate "C",
      updated_at timestamptz not null default now())`);
    expect(await target.prepare()).toEqual({ vectors: "real[]" });
    await target.claim("room", "me");
    await target.apply("room", "me", { puts: [], deletes: [], position: { checkpoint: "1" } });
    await database.exec("drop table vecmesh_entries");
    expect(await target.prepare()).toEqual({ vectors: "vector" });
    const goingOn = target.apply("room", "me", { puts: [], deletes: [], position: { checkpoint: "2" } });
    await expect(goingOn).rejects.toMatchObject({ code: "taken-over" });
    expect(await target.claim("room", "me")).toBeUndefined();
    await database.close();
  });

  test("are found by an index of one room's, as docs/DEPLOY.md says", async () => {
    const target = postgresTarget(pgliteConnection(withPgvector));
    await target.claim("notes", "me");
    const put = (id: string, ...components: number[]) => ({
      id,
      vector: Float32Array.from(components),
      metadata: { lang: "en" },
      timestamp: 0,
    });
    await target.apply("notes", "me", {
      puts: [put("x", 1, 0, 0), put("y", 0, 1, 0), put("flat", 1, 0)],
      deletes: [],
      position: { checkpoint: "1" },
    });
    await withPgvector.exec(
      "create index notes_by_cosine on vecmesh_entries using hnsw ((vector::vector(3)) vector_cosine_ops) where room = 'notes' and vector_dims(vector) = 3",
    );
    const search = `select id, metadata from vecmesh_entries where room = 'notes' and vector_dims(vector) = 3
      order by vector::vector(3) <=> '[0.9,0.1,0]' limit 2`;
    const { rows } = await withPgvector.query<{ id: string }>(search);
    expect(rows.map(({ id }) => id)).toEqual(["x", "y"]);
    await withPgvector.exec("set enable_seqscan = off; set enable_sort = off");
    const plan = await withPgvector.query<Record<string, string>>(`explain ${search}`);
    expect(JSON.stringify(plan.rows)).toContain("notes_by_cosine");
  });
});
