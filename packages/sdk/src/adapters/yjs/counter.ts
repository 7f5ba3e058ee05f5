import type * as Y from "yjs";

/**
 * Adds to a counter of an entry: a field that `crdt` was told of as `'counter'`. Each editor keeps a sum of its own, so additions that are
 * made at once all count, and many by one editor cost as much as one.
 * @param by may be negative; default 1.
 */
export function increment(document: Y.Doc, name: string, by: number = 1): void {
  if (by === 0) return;
  if (!Number.isFinite(by)) throw new TypeError(`A counter goes up by a finite number, not by ${by}.`);
  const sums = document.getMap(name);
  const own = String(document.clientID);
  sums.set(own, numberIn(sums.get(own)) + by);
}

/** What a counter shows: the sum of all editors' sums. */
export function total(document: Y.Doc, name: string): number {
  let sum = 0;
  for (const value of document.getMap(name).values()) sum += numberIn(value);
  return Number.isFinite(sum) ? sum : 0;
}

function numberIn(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
