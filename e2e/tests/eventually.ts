import { expect } from "@playwright/test";

/** Pages answer in a few milliseconds; Playwright's own intervals, up to a second, would be most of a test's time. */
const INTERVALS_MS = [20, 50, 100, 200];

/** `expect` for what becomes true: reads until it matches, or the configured timeout is over. */
export function eventually<T>(read: () => Promise<T>, options: { message?: string; timeout?: number } = {}) {
  return expect.poll(read, { intervals: INTERVALS_MS, ...options });
}
