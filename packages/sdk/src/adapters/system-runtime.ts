import type { Runtime } from "../ports/runtime.ts";

/** The platform's own clock, timers and randomness. */
export function systemRuntime(): Runtime {
  return {
    now: () => Date.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    // Missing from pages without a secure context, whatever its type says.
    subtle: crypto.subtle,
  };
}
