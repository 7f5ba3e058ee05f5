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
