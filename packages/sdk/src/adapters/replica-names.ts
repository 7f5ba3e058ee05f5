const AUTO_NAME = /^replica-([1-9][0-9]{0,8})$/;

/**
 * The names that 'auto' tries, best first (D1): the room's existing stores, so that a reopened tab finds its data
 * again, and then new ones without end. Stores that 'auto' made come first, lowest number first, so that a store
 * which somebody named is only taken when there is nothing else.
 */
export function* autoReplicaNames(existing: Iterable<string>): Generator<string, never> {
  const names = new Set(existing);
  yield* [...names].toSorted((a, b) => autoNumber(a) - autoNumber(b) || (a < b ? -1 : 1));
  for (let number = 1; ; number++) {
    const name = `replica-${number}`;
    if (!names.has(name)) yield name;
  }
}

/** Finite, so that the difference of two strangers is 0 and not NaN. */
function autoNumber(name: string): number {
  return Number(AUTO_NAME.exec(name)?.[1] ?? Number.MAX_SAFE_INTEGER);
}
