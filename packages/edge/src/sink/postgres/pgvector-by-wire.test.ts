import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { afterAll, beforeAll } from "vitest";
import { freePort } from "../testing/postgres-server.fixture.ts";
import { pgConnection } from "./pg-connection.ts";
import { sqlSubject } from "../testing/sql-subject.fixture.ts";
import { targetContract } from "../testing/target-contract.fixture.ts";

// Debian 12 has PostgreSQL and no pgvector: a PGlite with it, reached as a server is.
const port = await freePort();
let database: PGlite;
let server: PGLiteSocketServer;
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } });
  server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port, maxConnections: 100 });
  await server.start();
}, 120_000);
afterAll(async () => {
  await server.stop();
  await database.close();
});

targetContract(
  sqlSubject("pgvector, over the wire", () => pgConnection(`postgres://postgres@127.0.0.1:${port}/postgres`)),
);
