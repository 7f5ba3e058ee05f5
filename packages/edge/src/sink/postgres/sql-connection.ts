/** Runs one statement with its parameters `$1`, `$2` ..., and returns the rows. */
export type Query = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>;

/** A PostgreSQL, however it is reached. */
export interface SqlConnection {
  /** Commits what `run` has done when it resolves, and undoes it when it throws. Fails with a `SinkError`. */
  transaction<T>(run: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
