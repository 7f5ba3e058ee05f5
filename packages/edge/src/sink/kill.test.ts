import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { findPostgres, PostgresServer } from "./testing/postgres-server.fixture.ts";
import { pgConnection } from "./postgres/pg-connection.ts";
import { postgresTarget } from "./postgres/postgres-target.ts";
import { readRoom } from "./testing/sql-subject.fixture.ts";
import { temporaryFolder } from "../testing/temporary-folder.fixture.ts";

const SCRIPT = fileURLToPath(new URL("testing/sink-process.fixture.js", import.meta.url));
/** The moments of the first steps, one after the other: before and after each statement, and after each commit. */
const MOMENTS = [1, 3, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21];
/** `npm run test:long` kills it 50 times. */
const KILLS_FROM_OUTSIDE = Number(process.env["VECMESH_SINK_KILLS"] ?? 5);
const SERVER_CRASHES = 3;
const WRITES_BETWEEN_CRASHES = 40;

const folder = temporaryFolder();

/** Runs it until it ends. `onLine` is told of each line that it prints, and may kill it. */
async function run(
  mode: string,
  url: string,
  onLine: (line: string, kill: () => void) => void,
): Promise<string | null> {
  const child = spawn(process.execPath, [SCRIPT, join(folder, "data"), url, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line, () => child.kill("SIGKILL"));
  });
  await exited;
  return child.signalCode;
}

const found = findPostgres();
if ("missing" in found) console.warn(`SKIPPED: the sink's process killed beside a real PostgreSQL: ${found.missing}`);

test.skipIf("missing" in found)(
  "P1: a process that is killed at any moment, also between the database's commit and its own next step, loses nothing and repeats nothing",
  { timeout: 200_000 + KILLS_FROM_OUTSIDE * 20_000 },
  async () => {
    if ("missing" in found) return;
    const server = await PostgresServer.start(found.folder);
    onTestFinished(() => server.dispose());
    const connection = await pgConnection(server.url());
    onTestFinished(() => connection.close());
    await postgresTarget(connection).prepare();
    await connection.transaction(async (query) => {
      await query("create table log (place bigserial primary key, operation text, id text, n bigint)");
      await query(`create function note() returns trigger language plpgsql as $$ begin
        insert into log (operation, id, n) select tg_op, coalesce(new.id, old.id), (new.metadata->>'n')::bigint;
        return null; end $$`);
      await query(
        "create trigger noted after insert or update or delete on vecmesh_entries for each row execute function note()",
      );
    });

    for (const moment of MOMENTS) expect(await run(String(moment), server.url(), () => undefined)).toBe("SIGKILL");
    for (let kill = 0; kill < KILLS_FROM_OUTSIDE; kill++) {
      let lines = 0;
      const enough = 20 + Math.floor(Math.random() * 100);
      await run("never", server.url(), (_, end) => {
        if (++lines === enough) end();
      });
    }
    // And the database, under a process that goes on.
    let crashing: Promise<void> = Promise.resolve();
    let [lines, crashes] = [0, 0];
    await run("never", server.url(), (_, end) => {
      if (++lines % WRITES_BETWEEN_CRASHES !== 0) return;
      if (crashes++ < SERVER_CRASHES) crashing = crashing.then(() => server.restart());
      else void crashing.then(end);
    });
    await crashing;
    let shown: readonly (readonly [string, number])[] = [];
    const signal = await run("drain", server.url(), (line) => {
      shown = JSON.parse(line) as typeof shown;
    });
    expect(signal).toBeNull();

    expect(shown.length).toBeGreaterThan(0);
    const held = await readRoom(connection, "room");
    expect(new Map([...held].map(([id, { metadata }]) => [id, metadata["n"]]))).toEqual(new Map(shown));
    const log = await connection.transaction((query) =>
      query<{ operation: string; id: string; n: string | null }>("select operation, id, n from log order by place"),
    );
    const puts = log.flatMap(({ n }) => (n === null ? [] : [n]));
    expect(new Set(puts).size).toBe(puts.length);
    for (const id of new Set(log.map((change) => change.id))) {
      const numbers = log.flatMap((change) => (change.id === id && change.n !== null ? [Number(change.n)] : []));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  },
);
