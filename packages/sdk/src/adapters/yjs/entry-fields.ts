import type * as Y from "yjs";
import { increment, total } from "./counter.ts";
import type { JsonObject, JsonValue } from "../../core/version.ts";
import { replicationError } from "../../core/replication-error.ts";
import { setList, setText } from "./whole-values.ts";

/** What a field of an entry is, beyond a value of which the last one written stays. */
export type FieldKind = "text" | "list" | "counter";
export type CrdtFields = Readonly<Record<string, FieldKind>>;

/** The map of all fields that are plain values. */
export const METADATA = "metadata";

/** What a field shows, and how a whole-entry write makes it show something. */
interface Field {
  readonly expects: string;
  accepts(value: JsonValue): boolean;
  /** What an entry that says nothing of the field shows. */
  readonly empty: JsonValue;
  show(document: Y.Doc, name: string): JsonValue;
  assign(document: Y.Doc, name: string, value: JsonValue): void;
}

const FIELDS: Readonly<Record<FieldKind, Field>> = {
  text: {
    expects: "a string",
    accepts: (value) => typeof value === "string",
    empty: "",
    show: (document, name) => document.getText(name).toJSON(),
    assign: (document, name, value) => setText(document.getText(name), value as string),
  },
  list: {
    expects: "an array",
    accepts: Array.isArray,
    empty: [],
    show: (document, name) => plain(document.getArray(name).toJSON()),
    assign: (document, name, value) => setList(document.getArray(name), value as readonly JsonValue[]),
  },
  counter: {
    expects: "a number",
    accepts: (value) => typeof value === "number",
    empty: 0,
    show: (document, name) => total(document, name),
    assign: (document, name, value) => increment(document, name, (value as number) - total(document, name)),
  },
};

export function isFieldKind(kind: unknown): kind is FieldKind {
  return typeof kind === "string" && Object.hasOwn(FIELDS, kind);
}

/** A document as JSON. */
export function showDocument(document: Y.Doc, fields: CrdtFields): JsonObject {
  const metadata = plain(document.getMap(METADATA).toJSON()) as Record<string, JsonValue>;
  for (const [name, kind] of Object.entries(fields)) metadata[name] = FIELDS[kind].show(document, name);
  return metadata;
}

/** @throws ReplicationError `invalid-entry` where a field is not what it is declared to be. */
export function checkFields(id: string, metadata: JsonObject, fields: CrdtFields): void {
  for (const [name, kind] of Object.entries(fields)) {
    const field = FIELDS[kind];
    const value = metadata[name];
    if (value === undefined || field.accepts(value)) continue;
    const message = `Entry ${JSON.stringify(id)}: ${name} is a ${kind}, so it must be ${field.expects}. Leave it out for an empty one.`;
    throw replicationError("invalid-entry", message, { id });
  }
}

/** Edits the document until it shows this, and touches nothing that shows it already. */
export function assignDocument(document: Y.Doc, metadata: JsonObject, fields: CrdtFields): void {
  const values = document.getMap(METADATA);
  for (const name of Array.from(values.keys()))
    if (!Object.hasOwn(metadata, name) || Object.hasOwn(fields, name)) values.delete(name);
  const shown = plain(values.toJSON()) as JsonObject;
  for (const [name, value] of Object.entries(metadata))
    if (!Object.hasOwn(fields, name) && !isSame(shown[name], value)) values.set(name, value);
  for (const [name, kind] of Object.entries(fields)) {
    const field = FIELDS[kind];
    field.assign(document, name, metadata[name] ?? field.empty);
  }
}

function isSame(a: JsonValue | undefined, b: JsonValue): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

/** What JSON can say of it: bytes, undefined and the like are left out. */
function plain(value: unknown): JsonValue {
  return (JSON.parse(JSON.stringify(value, (_key, child: unknown) => (isJson(child) ? child : undefined))) ??
    null) as JsonValue;
}

function isJson(value: unknown): boolean {
  return typeof value !== "bigint" && !(value instanceof Uint8Array);
}
