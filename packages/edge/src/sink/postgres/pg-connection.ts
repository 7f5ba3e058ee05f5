import type { Pool, PoolClient } from "pg";
import type { Query, SqlConnection } from "./sql-connection.ts";
import { SinkError } from "../sink-error.ts";
import { sinkErrorOf } from "./sql-error.ts";

/** A transaction a room at a time; a few rooms at once are enough to keep a database busy. */
const MAX_CONNECTIONS = 4;
/** A server that is there answers in less, across the world too. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The largest step takes a second or so; a server that has not answered by then is asked again over another connection. */
const QUERY_TIMEOUT_MS = 60_000;

/**
 * A PostgreSQL over the network, by the package `pg`, which is loaded only now.
 * @param url as of libpq: `postgres://user@host:5432/database?sslmode=verify-full`. What it leaves out comes from PGHOST, PGUSER and the like.
 * `close` cuts off what is still under way.
 * @throws SinkError `refused` where the package is not installed
 */
export async function pgConnection(url: string): Promise<SqlConnection> {
  const { Pool: PoolOfPg } = await import("pg").catch((cause: unknown) => {
    throw new SinkError("refused", "The sink needs the package `pg` beside this one: npm install pg", { cause });
  });
  const pool: Pool = new PoolOfPg({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // The client's own is the longer one: the server's ends the statement, too.
    statement_timeout: QUERY_TIMEOUT_MS,
    query_timeout: 2 * QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: "vecmesh-edge",
  });
  // A connection that breaks while nobody uses it is replaced; the next transaction tells if the server is gone.
  pool.on("error", () => undefined);
  const busy = new Set<PoolClient>();
  let closed: Promise<unknown> | undefined;
  return {
    transaction: async (run) => {
      try {
        const client = await pool.connect();
        busy.add(client);
        return await inTransaction(client, run).finally(() => busy.delete(client));
      } catch (error) {
        throw sinkErrorOf(error);
      }
    },
    close: async () => {
      // A statement that is not answered would hold this up for as long.
      closed ??= Promise.all([pool.end(), ...[...busy].map((client) => client.end())]);
      await closed;
    },
  };
}

async function inTransaction<T>(client: PoolClient, run: (query: Query) => Promise<T>): Promise<T> {
  // Told to whoever waits for a statement as well.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  let failure: Error | undefined;
  try {
    await client.query("begin");
    const query: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query(sql, [...parameters])).rows as Row[];
    const result = await run(query);
    await client.query("commit");
    return result;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.off("error", ignore);
    // A connection on which anything has failed is closed, which undoes what was not committed.
    client.release(failure);
  }
}
