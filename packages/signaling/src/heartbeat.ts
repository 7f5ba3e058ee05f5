/** Into so many parts an interval is divided: ten thousand pings at once would hold up everybody's messages. */
const SLICES = 20;

/** Calls `beat` on every member once an interval, spread over it. */
export class Heartbeat<T> {
  readonly #slices: readonly Set<T>[] = Array.from({ length: SLICES }, () => new Set<T>());
  readonly #timer: NodeJS.Timeout;
  #beats = 0;
  #added = 0;

  constructor(intervalMs: number, beat: (member: T) => void) {
    this.#timer = setInterval(() => {
      for (const member of this.#slice(this.#beats++)) beat(member);
    }, intervalMs / SLICES);
    // It is listening that keeps a process alive.
    this.#timer.unref();
  }

  /** Returns what takes it out again. */
  add(member: T): () => void {
    const slice = this.#slice(this.#added++);
    slice.add(member);
    return () => slice.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #slice(i: number): Set<T> {
    return this.#slices[i % SLICES] as Set<T>;
  }
}
