/**
 * How often some of the members have their beat. Ten thousand pings at once, and the pongs that answer them, would hold up everybody's
 * messages: at 30 s between pings these are 34 at a time.
 */
const SLICE_MS = 100;

/** Calls `beat` on every member once an interval, spread over it. */
export class Heartbeat<T> {
  readonly #slices: readonly Set<T>[];
  readonly #timer: NodeJS.Timeout;
  readonly #sliceOf = new Map<T, Set<T>>();
  #beats = 0;
  #added = 0;

  constructor(intervalMs: number, beat: (member: T) => void) {
    const slices = Math.max(1, Math.round(intervalMs / SLICE_MS));
    this.#slices = Array.from({ length: slices }, () => new Set<T>());
    this.#timer = setInterval(() => {
      for (const member of this.#slice(this.#beats++)) beat(member);
    }, intervalMs / slices);
    // It is listening that keeps a process alive.
    this.#timer.unref();
  }

  add(member: T): void {
    const slice = this.#slice(this.#added++);
    slice.add(member);
    this.#sliceOf.set(member, slice);
  }

  delete(member: T): void {
    this.#sliceOf.get(member)?.delete(member);
    this.#sliceOf.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #slice(i: number): Set<T> {
    return this.#slices[i % this.#slices.length] as Set<T>;
  }
}
