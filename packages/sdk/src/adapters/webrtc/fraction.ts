import type { Runtime } from "../../ports/runtime.ts";

/** A random number from 0 to below 1. */
export function fraction(runtime: Runtime): number {
  const [high = 0, middle = 0, low = 0] = runtime.randomBytes(3);
  return (high * 2 ** 16 + middle * 2 ** 8 + low) / 2 ** 24;
}
