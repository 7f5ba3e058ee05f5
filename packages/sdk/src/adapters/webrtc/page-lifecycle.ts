export interface PageLifecycle {
  /** The page may just have been asleep or offline. */
  woke(): void;
  /** The page is being closed, or put where it is frozen and may come back from. */
  hidden(): void;
  /** It came back from there. */
  restored(): void;
}

/** Watches the page that this runs in; in a worker or in Node, what there is of it. Returns how to stop. */
export function watchPage(lifecycle: PageLifecycle): () => void {
  const watched = new AbortController();
  const { signal } = watched;
  if (typeof globalThis.addEventListener === "function") {
    globalThis.addEventListener("online", () => lifecycle.woke(), { signal });
    globalThis.addEventListener("pagehide", () => lifecycle.hidden(), { signal });
    globalThis.addEventListener("pageshow", ({ persisted }) => (persisted ? lifecycle.restored() : lifecycle.woke()), {
      signal,
    });
  }
  if (typeof document !== "undefined") {
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lifecycle.woke(), {
      signal,
    });
    // A tab that Chromium froze may be thawed in the background.
    document.addEventListener("resume", () => lifecycle.woke(), { signal });
  }
  return () => watched.abort();
}
