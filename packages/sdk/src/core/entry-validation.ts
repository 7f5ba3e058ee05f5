import { MAX_DIMENSIONS, MAX_ID_BYTES, MAX_METADATA_BYTES, MAX_METADATA_DEPTH } from "./codec/limits.ts";
import { replicationError } from "./replication-error.ts";

const encoder: TextEncoder = new TextEncoder();

/**
 * Checks what a caller wants to write, before anything is stored.
 * @param dimensions the room's, or undefined while it has none.
 * @throws ReplicationError `invalid-entry` or `dimension-mismatch`.
 */
export function validateEntry(
  entry: { readonly id: unknown; readonly vector: unknown; readonly metadata?: unknown },
  dimensions: number | undefined,
): void {
  validateId(entry.id);
  const id = entry.id as string;
  validateVector(entry.vector, dimensions, id);
  const fault = entry.metadata === undefined ? undefined : metadataFault(entry.metadata);
  if (fault !== undefined) throw replicationError("invalid-entry", `Entry ${quote(id)}: ${fault}.`, { id });
}

/** @throws ReplicationError `invalid-entry`. */
export function validateId(id: unknown): void {
  const fault = idFault(id);
  if (fault !== undefined)
    throw replicationError("invalid-entry", `Invalid id: ${fault}.`, { id: typeof id === "string" ? id : undefined });
}

/**
 * @param id the entry's, for the error; undefined for a query.
 * @throws ReplicationError `invalid-entry` or `dimension-mismatch`.
 */
export function validateVector(vector: unknown, dimensions: number | undefined, id?: string): void {
  const subject = id === undefined ? "The vector" : `The vector of entry ${quote(id)}`;
  if (!isFloat32Array(vector)) throw replicationError("invalid-entry", `${subject} must be a Float32Array.`, { id });
  const actual = vector.length;
  if (dimensions !== undefined && actual !== dimensions) {
    throw replicationError(
      "dimension-mismatch",
      `${subject} has ${actual} dimensions; this room's vectors have ${dimensions}.`,
      { expected: dimensions, actual },
    );
  }
  if (actual === 0 || actual > MAX_DIMENSIONS) {
    throw replicationError("invalid-entry", `${subject} must have 1 to ${MAX_DIMENSIONS} dimensions, not ${actual}.`, {
      id,
    });
  }
  const at = firstNonFinite(vector);
  if (at === undefined) return;
  throw replicationError("invalid-entry", `${subject} must be finite; component ${at} is ${vector[at]}.`, { id });
}

/** Why this is no id, or undefined. */
export function idFault(id: unknown): string | undefined {
  if (typeof id !== "string") return `an id must be a string, not ${describe(id)}`;
  if (id === "") return "an id must not be empty";
  if (/\p{Surrogate}/u.test(id)) return "an id must be well-formed Unicode; this one has half a surrogate pair";
  if (isLongerThan(id, MAX_ID_BYTES)) return `an id must be at most ${MAX_ID_BYTES} bytes in UTF-8`;
  return undefined;
}

/** Why this is no metadata, or undefined: a JSON object, bounded, that JSON.stringify and JSON.parse give back unchanged. */
export function metadataFault(metadata: unknown): string | undefined {
  if (!isPlainObject(metadata)) return `metadata must be a plain object, not ${describe(metadata)}`;
  const shape = shapeFault(metadata);
  if (shape !== undefined) return shape;
  if (isLongerThan(JSON.stringify(metadata), MAX_METADATA_BYTES))
    return `metadata must be at most ${MAX_METADATA_BYTES} bytes as JSON`;
  return undefined;
}

/** Why this parsed JSON object is no metadata, or undefined. Its size and type are known to be right. */
export function shapeFault(metadata: object): string | undefined {
  // Every node takes two bytes or more as JSON, so a longer walk means too many bytes: this bounds it for shared and endless structures.
  let nodesLeft = MAX_METADATA_BYTES / 2;

  function visit(value: unknown, path: string, depth: number): string | undefined {
    if (--nodesLeft < 0) return `metadata must be at most ${MAX_METADATA_BYTES} bytes as JSON`;
    if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
    if (typeof value === "number")
      return Number.isFinite(value) ? undefined : `${path} must be a finite number, not ${value}`;
    if (typeof value !== "object") return `${path} must be a JSON value, not ${describe(value)}`;
    if (depth > MAX_METADATA_DEPTH)
      return `metadata must nest at most ${MAX_METADATA_DEPTH} levels (and hold no cycle)`;
    if (!Array.isArray(value) && !isPlainObject(value))
      return `${path} must be a plain object or array, not ${describe(value)}`;
    if (Object.getOwnPropertySymbols(value).length > 0) return `${path} must have no symbol keys`;
    return visitChildren(value, path, depth);
  }

  function visitChildren(parent: object, path: string, depth: number): string | undefined {
    const keys = Object.keys(parent);
    // Indices come first and ascend, so a last key that is the last index leaves no room for a hole or another key.
    if (Array.isArray(parent) && (keys.length !== parent.length || (keys.at(-1) ?? "-1") !== String(parent.length - 1)))
      return `${path} must be an array without holes or extra properties`;
    for (const key of keys) {
      if (key === "__proto__") return `${path} must have no key __proto__`;
      const fault = visit(
        (parent as Record<string, unknown>)[key],
        Array.isArray(parent) ? `${path}[${key}]` : `${path}.${key}`,
        depth + 1,
      );
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  return visit(metadata, "metadata", 1);
}

/** A plain loop: `findIndex` takes five times as long, and bulk loading validates millions of components. */
function firstNonFinite(vector: Float32Array): number | undefined {
  for (let i = 0; i < vector.length; i++) if (!Number.isFinite(vector[i])) return i;
  return undefined;
}

/** Of this realm or another: a page may hand over an iframe's objects. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isFloat32Array(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Float32Array]";
}

function isLongerThan(text: string, maxBytes: number): boolean {
  // A UTF-16 unit takes one to three bytes in UTF-8.
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && encoder.encode(text).length > maxBytes;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? "an array" : `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

function quote(id: string): string {
  const shown = 60;
  return JSON.stringify(id.length > shown ? `${id.slice(0, shown)}…` : id);
}
