import { vi } from "vitest";

/** Waits until `check` does not throw any more. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 5 });
}
