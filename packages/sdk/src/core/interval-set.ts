/**
 * A set of positive integers as sorted, disjoint, non-adjacent closed intervals, flattened: [from, to, from, to, ...].
 * Immutable: every operation returns a new array, or its argument where nothing changes.
 */
export type IntervalSet = readonly number[];

/** The index of the first interval whose end is at or after `value`, as an offset into the flat array. */
export function firstEndingAtOrAfter(set: IntervalSet, value: number): number {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (set[2 * middle + 1]! < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

export function hasInteger(set: IntervalSet, value: number): boolean {
  const at = firstEndingAtOrAfter(set, value);
  return at < set.length && set[at]! <= value;
}

/** Whether all of [from, to] is in the set. */
export function hasInterval(set: IntervalSet, from: number, to: number): boolean {
  const at = firstEndingAtOrAfter(set, from);
  return at < set.length && set[at]! <= from && set[at + 1]! >= to;
}

export function addInterval(set: IntervalSet, from: number, to: number): IntervalSet {
  if (hasInterval(set, from, to)) return set;
  const start = firstEndingAtOrAfter(set, from - 1);
  let end = start;
  let low = from;
  let high = to;
  while (end < set.length && set[end]! <= to + 1) {
    low = Math.min(low, set[end]!);
    high = Math.max(high, set[end + 1]!);
    end += 2;
  }
  return [...set.slice(0, start), low, high, ...set.slice(end)];
}

export function uniteIntervals(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0) return b;
  if (b.length === 0 || isSubset(b, a)) return a;
  if (isSubset(a, b)) return b;
  const united: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const from = fromA ? a[i]! : b[j]!;
    const to = fromA ? a[i + 1]! : b[j + 1]!;
    if (fromA) i += 2;
    else j += 2;
    const last = united.length - 1;
    if (last > 0 && from <= united[last]! + 1) united[last] = Math.max(united[last]!, to);
    else united.push(from, to);
  }
  return united;
}

/** What is in `a` and not in `b`. */
export function subtractIntervals(a: IntervalSet, b: IntervalSet): IntervalSet {
  const rest: number[] = [];
  for (let i = 0; i < a.length; i += 2) {
    let from = a[i]!;
    const to = a[i + 1]!;
    for (let j = firstEndingAtOrAfter(b, from); j < b.length && b[j]! <= to && from <= to; j += 2) {
      if (b[j]! > from) rest.push(from, b[j]! - 1);
      from = b[j + 1]! + 1;
    }
    if (from <= to) rest.push(from, to);
  }
  return rest;
}

/** What is in both. */
export function intersectIntervals(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (isSubset(a, b)) return a;
  if (isSubset(b, a)) return b;
  const common: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!, b[j]!);
    const to = Math.min(a[i + 1]!, b[j + 1]!);
    if (from <= to) common.push(from, to);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return common;
}

export function isSubset(a: IntervalSet, b: IntervalSet): boolean {
  for (let i = 0; i < a.length; i += 2) if (!hasInterval(b, a[i]!, a[i + 1]!)) return false;
  return true;
}

/** Whether the array is what the type says: positive safe integers, ascending, with gaps between intervals. */
export function isIntervalSet(set: readonly number[]): boolean {
  if (set.length % 2 !== 0) return false;
  let previousEnd = -1;
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i]!;
    const to = set[i + 1]!;
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || to < from || from <= previousEnd + 1)
      return false;
    previousEnd = to;
  }
  return true;
}
