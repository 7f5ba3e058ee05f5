import type { JsonObject } from "@vecmesh/sdk";
import { SinkError } from "../sink-error.ts";

/**
 * PostgreSQL's text holds no U+0000, and its jsonb no half of a surrogate pair. They are written as U+FFFF, which no text means, and four hex digits; and so
 * is U+FFFF itself, so that no two texts become one.
 */
const ESCAPED = /[\0\uffff]|\p{Surrogate}/gu;
const ESCAPE = "\uffff";
/** What JSON.stringify makes of those, or may: the rest is what it is. */
const MAY_NEED_ESCAPING = /\\u0000|\\ud[89a-f]|\uffff/;

export function toSqlText(text: string): string {
  return text.replaceAll(ESCAPED, (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, "0"));
}

export function fromSqlText(text: string): string {
  return text.replaceAll(/\uffff([\da-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
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
