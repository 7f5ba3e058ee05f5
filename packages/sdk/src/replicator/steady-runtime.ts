import type { Runtime } from "../ports/runtime.ts";

/**
 * The same runtime with a clock that never goes back. A wall clock does, when it is set right: deadlines and intervals reckoned before
 * would then be hours away, and writes would wait for them. The hybrid clock would not go back either (C8), so stamps lose nothing.
 */
export function steadyRuntime(runtime: Runtime): Runtime {
  let latest = Number.NEGATIVE_INFINITY;
  let setBackMs = 0;
  return {
    now() {
      const now = runtime.now() + setBackMs;
      if (now < latest) setBackMs += latest - now;
      else latest = now;
      return latest;
    },
    randomBytes: (length) => runtime.randomBytes(length),
    setTimer: (callback, delayMs) => runtime.setTimer(callback, delayMs),
    soon: (callback) => runtime.soon(callback),
    subtle: runtime.subtle,
  };
}
