/** Feeds what a replica shows into a database. PostgreSQL needs the package `pg` beside this one, unless a PGlite is passed. */
export { type Sink, type SinkOptions, type SinkStats, startSink } from "./sink/sink.ts";
export { SinkError, type SinkErrorCode } from "./sink/sink-error.ts";
export type { SinkEntry, SinkPosition, SinkStep, SinkTarget } from "./sink/sink-target.ts";
export { pgConnection } from "./sink/postgres/pg-connection.ts";
export { type PgliteDatabase, pgliteConnection } from "./sink/postgres/pglite-connection.ts";
export { postgresTarget } from "./sink/postgres/postgres-target.ts";
export type { Query, SqlConnection } from "./sink/postgres/sql-connection.ts";
