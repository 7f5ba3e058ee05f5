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
    soon,
    // Missing from pages without a secure context, whatever its type says.
    subtle: crypto.subtle,
  };
}

/** A message to oneself: browsers hold back the timers of hidden pages to one a second or fewer, and timers from timers everywhere. */
function soon(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    // Closed, it neither leaks nor keeps a Node process alive.
    port1.close();
    callback();
  });
  port1.start();
  port2.postMessage(null);
}
