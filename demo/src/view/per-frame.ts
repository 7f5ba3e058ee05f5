/**
 * Wraps `render` so that any number of calls lead to one run, at the next frame.
 * @param restMs how long after a run the next may begin at the earliest; for what takes a good part of a frame itself.
 */
export function perFrame(render: () => void, restMs = 0): () => void {
  let asked = false;
  let restedAt = 0;
  const run = (): void => {
    asked = false;
    render();
    restedAt = performance.now() + restMs;
  };
  return () => {
    if (asked) return;
    asked = true;
    const rest = restedAt - performance.now();
    if (rest > 0) setTimeout(() => requestAnimationFrame(run), rest);
    else requestAnimationFrame(run);
  };
}
