/** A listener's exception is its own: it reaches the page's error handler, and neither another listener nor the replica misses anything. */
export function callListener(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
