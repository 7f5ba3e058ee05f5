import type { Query } from "./sql-connection.ts";

/** How vectors are stored: by pgvector where the database has it, and otherwise as PostgreSQL's own arrays. */
export type VectorType = "vector" | "real[]";

/** pgvector's `vector` holds no more; what is longer goes to a column of its own. */
export const MAX_PGVECTOR_DIMENSIONS = 16_000;

/** Any number, the same everywhere: two that make the tables at once would otherwise fail. */
const LOCK_OF_SCHEMA = 8_315_164_207_331;
/** insufficient_privilege */
const NOT_ALLOWED = "42501";

/**
 * Makes the tables, in the first schema of the search path, unless they are there. An existing table decides how vectors are stored: it stays as
 * it is when pgvector comes later.
 */
export async function prepareSchema(query: Query): Promise<VectorType> {
  const existing = await typeOfVectors(query);
  // No statement that takes more rights than feeding does.
  if (existing !== undefined) return existing;
  await query("select pg_advisory_xact_lock($1)", [LOCK_OF_SCHEMA]);
  return (await typeOfVectors(query)) ?? makeTables(query);
}

async function makeTables(query: Query): Promise<VectorType> {
  await query(`create table if not exists vecmesh_sinks (
    room text collate "C" primary key,
    owner text not null,
    checkpoint text,
    swept_to text collate "C",
    updated_at timestamptz not null default now()
  )`);
  // Somebody has dropped the entries to have them anew: nobody may go on from where they were.
  await query("update vecmesh_sinks set owner = '', checkpoint = null, swept_to = null");
  const type: VectorType = (await hasPgvector(query)) ? "vector" : "real[]";
  const columns =
    type === "vector"
      ? "vector vector, long_vector real[], check ((vector is null) <> (long_vector is null))"
      : "vector real[] not null";
  await query(`create table vecmesh_entries (
    room text collate "C" not null,
    id text collate "C" not null,
    ${columns},
    metadata jsonb not null,
    written_at timestamptz not null,
    primary key (room, id)
  )`);
  return type;
}

async function typeOfVectors(query: Query): Promise<VectorType | undefined> {
  const [column] = await query<{ type: string }>(
    `select format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass('vecmesh_entries') and attname = 'vector' and not attisdropped`,
  );
  if (column === undefined) return undefined;
  // With its schema before it where that is not on the search path, and with dimensions where somebody has given it some.
  return /(^|\.)vector(\(|$)/.test(column.type) ? "vector" : "real[]";
}

async function hasPgvector(query: Query): Promise<boolean> {
  const [extension] = await query<{ installed_version: string | null }>(
    "select installed_version from pg_available_extensions where name = 'vector'",
  );
  if (extension === undefined) return false;
  if (extension.installed_version !== null) return true;
  await query("savepoint without_extension");
  try {
    await query("create extension vector");
    return true;
  } catch (error) {
    // Only some may make extensions, and arrays do as well.
    if ((error as { code?: unknown }).code !== NOT_ALLOWED) throw error;
    await query("rollback to savepoint without_extension");
    return false;
  }
}
