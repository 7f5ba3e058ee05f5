import { vi } from "vitest";

/** Waits until `check` does not throw any more. */
export function eventually(check: () => void | Promise<void>, timeout = 10_000): Promise<void> {
  return vi.waitFor(check, { timeout, interval: 5 });
}
