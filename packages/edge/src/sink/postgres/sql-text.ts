import type { JsonObject } from "@vecmesh/sdk";
import { SinkError } from "../sink-error.ts";

/**
 * PostgreSQL's text holds no U+0000, and its jsonb no half of a surrogate pair. They are written as U+FFFF, which no text means, and `0` or the four hex digits of the half (all
 * of which begin with `d`); U+FFFF itself is followed by `f`. So no two texts become one, and the longest id takes 2,048 bytes, which an index's row holds beside a room's name.
 */
const ESCAPED = /[\0\uffff]|\p{Surrogate}/gu;
const ESCAPE = "\uffff";
/** What JSON.stringify makes of those, or may: the rest is what it is. */
const MAY_NEED_ESCAPING = /\\u0000|\\ud[89a-f]|\uffff/;

const NUL = "0";
const SELF = "f";

export function toSqlText(text: string): string {
  return text.replaceAll(ESCAPED, (unit) => {
    if (unit === "\0") return ESCAPE + NUL;
    return ESCAPE + (unit === ESCAPE ? SELF : unit.charCodeAt(0).toString(16));
  });
}

export function fromSqlText(text: string): string {
  return text.replaceAll(/\uffff(0|f|d[\da-f]{3})/g, (_, code: string) => {
    if (code === NUL) return "\0";
    return code === SELF ? ESCAPE : String.fromCharCode(Number.parseInt(code, 16));
  });
}

export function toSqlJson(metadata: JsonObject): string {
  const json = JSON.stringify(metadata);
  return MAY_NEED_ESCAPING.test(json) ? JSON.stringify(escaped(metadata)) : json;
}

/** Bounded in depth, as metadata is. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return toSqlText(value);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [toSqlText(key), escaped(child)]));
}

/** The components, with commas between them: exactly these float32, since a double's shortest text says which. */
export function componentsText(vector: Float32Array): string {
  const texts: string[] = [];
  for (const component of vector) {
    // No replica shows one (the SDK's validation); a database would keep NaN, and find it nearest or never.
    if (!Number.isFinite(component)) throw new SinkError("refused", `A vector has the component ${component}.`);
    texts.push(Object.is(component, -0) ? "-0" : String(component));
  }
  return texts.join(",");
}
