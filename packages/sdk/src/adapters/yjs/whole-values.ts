import type * as Y from "yjs";
import type { JsonValue } from "../../core/version.ts";

const LOW_SURROGATE = /[\udc00-\udfff]/;

/** Replaces the part of a text that differs, so that what others change elsewhere in it stays. */
export function setText(text: Y.Text, value: string): void {
  const before = text.toJSON();
  let [from, end] = unequalPart(before, value);
  // Never between the halves of a character.
  if (from > 0 && (LOW_SURROGATE.test(before[from] ?? "") || LOW_SURROGATE.test(value[from] ?? ""))) from--;
  if (end > 0 && (LOW_SURROGATE.test(before.at(-end) ?? "") || LOW_SURROGATE.test(value.at(-end) ?? ""))) end--;
  if (before.length > from + end) text.delete(from, before.length - from - end);
  if (value.length > from + end) text.insert(from, value.slice(from, value.length - end));
}

/** As `setText`, item by item. */
export function setList(list: Y.Array<unknown>, value: readonly JsonValue[]): void {
  const before = (list.toJSON() as unknown[]).map((item) => JSON.stringify(item));
  const [from, end] = unequalPart(
    before,
    value.map((item) => JSON.stringify(item)),
  );
  if (before.length > from + end) list.delete(from, before.length - from - end);
  if (value.length > from + end) list.insert(from, value.slice(from, value.length - end));
}

/** How many items both have alike at the beginning, and then at the end. */
function unequalPart(a: string | readonly string[], b: string | readonly string[]): [number, number] {
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && a[from] === b[from]) from++;
  let end = 0;
  while (end < shorter - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [from, end];
}
