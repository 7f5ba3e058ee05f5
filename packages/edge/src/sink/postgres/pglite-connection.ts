import type { Query, SqlConnection } from "./sql-connection.ts";
import { sinkErrorOf } from "./sql-error.ts";

/** What is needed of a `PGlite` of `@electric-sql/pglite`. */
export interface PgliteDatabase {
  transaction<T>(
    run: (transaction: {
      query(sql: string, parameters?: unknown[]): Promise<{ readonly rows: unknown[] }>;
    }) => Promise<T>,
  ): Promise<T>;
}

/** A PostgreSQL in this process. Whoever opened it closes it. */
export function pgliteConnection(database: PgliteDatabase): SqlConnection {
  return {
    transaction: async (run) => {
      try {
        return await database.transaction((transaction) => {
          const rowsOf: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) =>
            (await transaction.query(sql, [...parameters])).rows as Row[];
          return run(rowsOf);
        });
      } catch (error) {
        throw sinkErrorOf(error);
      }
    },
    close: async () => undefined,
  };
}
