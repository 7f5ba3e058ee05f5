import { validateEntry, validateId, validateVector } from "../core/entry-validation.ts";
import { isShelved } from "../core/shelf.ts";
import type { JsonObject } from "../core/version.ts";
import type { LocalItem } from "../core/effects.ts";
import type { DocumentModel } from "../core/entry-document.ts";
import { refuse } from "./config.ts";
import { replicationError } from "../core/replication-error.ts";

/** What a caller writes. */
export interface VectorEntry<M extends JsonObject = JsonObject> {
  /** 1 to 512 bytes in UTF-8. */
  readonly id: string;
  /** Finite components. Copied: the caller may change it afterwards. */
  readonly vector: Float32Array;
  /** A JSON object of at most 64 KiB and 32 levels. Default {}. */
  readonly metadata?: M;
}

/** Of the room's own. @throws ReplicationError `invalid-entry`, `dimension-mismatch` */
export function putItems(entries: readonly VectorEntry[], dimensions: number | undefined): LocalItem[] {
  const items = itemsToPut(entries, dimensions);
  for (const { id } of items) mustBeOfRoom(id);
  return items;
}

/** @throws ReplicationError `invalid-entry`, `dimension-mismatch` */
export function itemsToPut(entries: readonly VectorEntry[], dimensions: number | undefined): LocalItem[] {
  mustBeList(entries, "entries");
  for (const entry of entries) {
    if (typeof entry !== "object" || entry === null)
      throw replicationError("invalid-entry", "An entry is an object {id, vector, metadata}.", { id: undefined });
    validateEntry(entry, dimensions);
  }
  mustDiffer(entries.map((entry) => entry.id));
  return entries.map(({ id, vector, metadata }) => ({
    kind: "put",
    id,
    vector: vector.slice(),
    metadata: copyOf(metadata ?? {}),
  }));
}

/** In a room of documents a whole-entry write is an edit like others. @throws ReplicationError `invalid-entry` */
export function asDocuments(
  items: readonly LocalItem[],
  documents: Pick<DocumentModel, "assign"> | undefined,
): readonly LocalItem[] {
  if (documents === undefined) return items;
  return items.map((item) =>
    item.kind === "put"
      ? { kind: "edit", id: item.id, vector: item.vector, edit: documents.assign(item.id, item.metadata) }
      : item,
  );
}

/** @throws ReplicationError `invalid-entry`, `dimension-mismatch`, `invalid-config` */
export function editItem<D>(
  id: string,
  edit: (document: D) => void,
  vector: Float32Array | undefined,
  documents: Pick<DocumentModel<JsonObject, D>, "edit"> | undefined,
  dimensions: number | undefined,
): LocalItem {
  if (documents === undefined) refuse("conflictResolution", "crdt() of @vecmesh/sdk/yjs, for entries to be edited");
  validateId(id);
  mustBeOfRoom(id);
  if (typeof edit !== "function")
    throw replicationError("invalid-entry", "An edit is a function of the entry's document.", { id });
  if (vector !== undefined) validateVector(vector, dimensions, id);
  return { kind: "edit", id, vector: vector?.slice(), edit: documents.edit(edit) };
}

/** @throws ReplicationError `invalid-entry` */
export function deleteItems(ids: readonly string[]): LocalItem[] {
  mustBeList(ids, "ids");
  for (const id of ids) {
    validateId(id);
    mustBeOfRoom(id);
  }
  mustDiffer(ids);
  return ids.map((id) => ({ kind: "delete", id }));
}

function mustBeOfRoom(id: string): void {
  if (!isShelved(id)) return;
  const message = `The id ${JSON.stringify(id)} begins as those of \`shelf\` do, which are shown nowhere. Choose another.`;
  throw replicationError("invalid-entry", message, { id });
}

function mustBeList(list: unknown, of: string): void {
  if (!Array.isArray(list)) throw replicationError("invalid-entry", `A batch is an array of ${of}.`, { id: undefined });
}

function mustDiffer(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id))
      throw replicationError(
        "invalid-entry",
        `The batch holds the id "${id}" twice. Which of the two shall stay? Write it once.`,
        { id },
      );
    seen.add(id);
  }
}

/** The caller's object may change; what was validated must not. */
function copyOf(metadata: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(metadata)) as JsonObject;
}
