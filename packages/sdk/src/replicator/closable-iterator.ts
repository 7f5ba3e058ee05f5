/**
 * An async iterator whose `return` ends it at once, even while a `next` is waiting: a generator alone would queue the `return`
 * behind that `next`, which may never be answered.
 */
export function closableIterator<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<T> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (signal?.aborted === true) end();
  else signal?.addEventListener("abort", end, { once: true });
  const generator = start(ending.signal);
  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    next: async () => {
      const result = await generator.next();
      if (result.done === true) signal?.removeEventListener("abort", end);
      return result;
    },
    return: async () => {
      end();
      signal?.removeEventListener("abort", end);
      await generator.return();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}
