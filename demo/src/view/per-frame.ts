/** Wraps `render` so that any number of calls lead to one run, at the next frame. */
export function perFrame(render: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      render();
    });
  };
}
