import { fromSqlText, toSqlText } from "../postgres/sql-text.ts";
import type { HeldEntry, TargetSubject } from "./target-contract.fixture.ts";
import { postgresTarget } from "../postgres/postgres-target.ts";
import type { SqlConnection } from "../postgres/sql-connection.ts";

/** A PostgreSQL as the contract sees it; `connect` opens a connection of the target's own. */
export function sqlSubject(name: string, connect: () => Promise<SqlConnection>): TargetSubject {
  return {
    name,
    open: async () => postgresTarget(await connect()),
    read: async (room) => {
      const connection = await connect();
      try {
        return await readRoom(connection, room);
      } finally {
        await connection.close();
      }
    },
  };
}

/** What the table holds of a room. Where a row is in its file tells of every write to it. */
export function readRoom(connection: SqlConnection, room: string): Promise<ReadonlyMap<string, HeldEntry>> {
  return connection.transaction(async (query) => {
    const rows = await query<{ id: string; vector: string; metadata: string; ms: number; place: string }>(
      `select id, coalesce(to_jsonb(held)->>'long_vector', held.vector::text) as vector, metadata::text as metadata,
         extract(epoch from written_at)::float8 * 1000 as ms, ctid::text || xmin::text as place
       from vecmesh_entries as held where room = $1`,
      [toSqlText(room)],
    );
    return new Map(
      rows.map(({ id, vector, metadata, ms, place }) => [
        fromSqlText(id),
        {
          vector: vector
            .slice(1, -1)
            .split(",")
            .map((component) => Math.fround(Number(component))),
          metadata: unescaped(JSON.parse(metadata)) as HeldEntry["metadata"],
          timestamp: Math.round(ms),
          writing: place,
        },
      ]),
    );
  });
}

function unescaped(value: unknown): unknown {
  if (typeof value === "string") return fromSqlText(value);
  if (Array.isArray(value)) return value.map(unescaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [fromSqlText(key), unescaped(child)]));
}
