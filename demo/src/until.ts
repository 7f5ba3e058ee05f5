import type { Topic } from "./topic.ts";

/** Resolves to true when `condition` holds, now or after something is published, and to false if it does not in time. */
export async function until<T>(topic: Topic<T>, condition: () => boolean, timeoutMs: number): Promise<boolean> {
  if (condition()) return true;
  return new Promise((resolve) => {
    const settle = (held: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(held);
    };
    const timer = setTimeout(() => settle(false), timeoutMs);
    const unsubscribe = topic.subscribe(() => {
      if (condition()) settle(true);
    });
  });
}
