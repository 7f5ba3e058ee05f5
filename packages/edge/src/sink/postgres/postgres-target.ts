import { componentsText, fromSqlText, toSqlJson, toSqlText } from "./sql-text.ts";
import { MAX_PGVECTOR_DIMENSIONS, prepareSchema, type VectorType } from "./schema.ts";
import type { Query, SqlConnection } from "./sql-connection.ts";
import type { SinkEntry, SinkPosition, SinkTarget } from "../sink-target.ts";
import { SinkError } from "../sink-error.ts";

/** Rows that already say the same are left alone: what is applied again fires no trigger and writes no row. As texts, -0 differs from 0. */
const upsertInto = (columns: readonly string[], values: readonly string[]): string => `
  insert into vecmesh_entries as held (room, id, metadata, written_at, ${columns.join(", ")})
  select $1, given.id, given.metadata::jsonb, to_timestamp(given.written_ms / 1000), ${values.join(", ")}
  from unnest($2::text[], $3::text[], $4::float8[], $5::text[], $6::boolean[])
    as given(id, metadata, written_ms, components, is_long)
  on conflict (room, id) do update
  set metadata = excluded.metadata, written_at = excluded.written_at,
    ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}
  where (held.metadata, held.written_at, ${columns.map((column) => `held.${column}::text`).join(", ")})
    is distinct from (excluded.metadata, excluded.written_at, ${columns.map((column) => `excluded.${column}::text`).join(", ")})`;

const UPSERT: Readonly<Record<VectorType, string>> = {
  vector: upsertInto(
    ["vector", "long_vector"],
    [
      "case when not given.is_long then ('[' || given.components || ']')::vector end",
      "case when given.is_long then ('{' || given.components || '}')::real[] end",
    ],
  ),
  "real[]": upsertInto(["vector"], ["('{' || given.components || '}')::real[]"]),
};

/** A PostgreSQL with the tables `vecmesh_entries` and `vecmesh_sinks`, which `prepare` makes. */
export function postgresTarget(connection: SqlConnection): SinkTarget {
  let type: VectorType | undefined;
  return {
    prepare: async () => {
      type = await connection.transaction(prepareSchema);
      return { vectors: type };
    },
    claim: (room, owner) => connection.transaction((query) => claim(query, room, owner)),
    apply: (room, owner, step) =>
      connection.transaction(async (query) => {
        type ??= await prepareSchema(query);
        await movePosition(query, room, owner, step.position);
        await upsert(query, type, room, step.puts);
        if (step.deletes.length > 0)
          await query("delete from vecmesh_entries where room = $1 and id = any($2::text[])", [
            toSqlText(room),
            step.deletes.map(toSqlText),
          ]);
      }),
    idsAfter: (room, id, limit) =>
      connection.transaction(async (query) => {
        const rows = await query<{ id: string }>(
          "select id from vecmesh_entries where room = $1 and id > $2 order by id limit $3",
          [toSqlText(room), toSqlText(id), limit],
        );
        return rows.map((row) => fromSqlText(row.id));
      }),
    close: () => connection.close(),
  };
}

async function claim(query: Query, room: string, owner: string): Promise<SinkPosition | undefined> {
  const [row] = await query<{ checkpoint: string | null; swept_to: string | null }>(
    `insert into vecmesh_sinks (room, owner) values ($1, $2)
     on conflict (room) do update set owner = excluded.owner, updated_at = now()
     returning checkpoint, swept_to`,
    [toSqlText(room), owner],
  );
  if (row === undefined || row.checkpoint === null) return undefined;
  return {
    checkpoint: row.checkpoint,
    ...(row.swept_to !== null && { sweptTo: fromSqlText(row.swept_to) }),
  };
}

/** First of all, since it locks the row: whoever claims the room waits for this transaction, and one that has claimed it ends this. */
async function movePosition(
  query: Query,
  room: string,
  owner: string,
  { checkpoint, sweptTo }: SinkPosition,
): Promise<void> {
  const moved = await query(
    `update vecmesh_sinks set checkpoint = $3, swept_to = $4, updated_at = now()
     where room = $1 and owner = $2 returning room`,
    [toSqlText(room), owner, checkpoint, sweptTo === undefined ? null : toSqlText(sweptTo)],
  );
  if (moved.length === 0)
    throw new SinkError(
      "taken-over",
      `Another sink feeds the room "${room}" into this database now, or its row in vecmesh_sinks is gone. One is enough.`,
    );
}

async function upsert(query: Query, type: VectorType, room: string, puts: readonly SinkEntry[]): Promise<void> {
  if (puts.length === 0) return;
  await query(UPSERT[type], [
    toSqlText(room),
    puts.map(({ id }) => toSqlText(id)),
    puts.map(({ metadata }) => toSqlJson(metadata)),
    puts.map(({ timestamp }) => timestamp),
    puts.map(({ vector }) => componentsText(vector)),
    puts.map(({ vector }) => vector.length > MAX_PGVECTOR_DIMENSIONS),
  ]);
}
