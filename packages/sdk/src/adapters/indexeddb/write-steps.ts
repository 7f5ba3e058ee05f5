/**
 * Requests that one task makes: the browser copies a value on the calling thread, some 40 microseconds for 384 floats, so that these cost some
 * milliseconds (P6).
 */
export const REQUESTS_PER_STEP = 200;

/**
 * Writes and deletes within one transaction, in as many tasks as it takes, and commits it. The transaction stays active from the result of
 * a step's last request to the next step's first. A step that throws undoes all of it.
 */
export function writeInSteps(
  entries: IDBObjectStore,
  puts: readonly (readonly [string, Uint8Array])[],
  deletes: readonly string[],
): void {
  const { transaction } = entries;
  const total = puts.length + deletes.length;
  let next = 0;

  function step(): void {
    const end = Math.min(total, next + REQUESTS_PER_STEP);
    let request: IDBRequest | undefined;
    for (; next < end; next++) {
      const put = puts[next];
      request = put === undefined ? entries.delete(deletes[next - puts.length]!) : entries.put(put[1], put[0]);
    }
    // Chromium completes a transaction that is told to commit sooner than one that it finds idle.
    if (request === undefined || next === total) transaction.commit();
    else request.addEventListener("success", laterStep);
  }

  function laterStep(): void {
    try {
      step();
    } catch {
      // Whoever waits for the transaction hears that it was aborted.
      transaction.abort();
    }
  }

  step();
}
