import type { Runtime } from "../../ports/runtime.ts";

/** How often it looks: 256 KiB leave in about this time on a fast network. */
const LOOK_MS = 2;

/**
 * Says when a channel's buffer has drained, where the platform has no event for that. `@roamhq/wrtc` has none, and its `bufferedAmount` shows
 * what was sent in the same task only later, if at all: up to 2 MB lie in its SCTP stack unseen. So what was sent since the last look counts as
 * buffered, and no more than a window leaves between two looks.
 */
export class BufferGauge {
  readonly #runtime: Pick<Runtime, "setTimer">;
  readonly #buffered: () => number;
  readonly #drained: () => void;
  #cancel: (() => void) | undefined;
  #lately = 0;
  /** Asks for `drained` when no more is buffered. */
  drainedBelow: number | undefined;

  constructor(runtime: Pick<Runtime, "setTimer">, buffered: () => number, drained: () => void) {
    this.#runtime = runtime;
    this.#buffered = buffered;
    this.#drained = drained;
  }

  /** Bytes sent since the last look. */
  get lately(): number {
    return this.#lately;
  }

  sent(bytes: number): void {
    this.#lately += bytes;
    this.#cancel ??= this.#runtime.setTimer(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    this.#lately = 0;
    const bound = this.drainedBelow;
    const isDrained = bound !== undefined && this.#buffered() <= bound;
    this.#cancel = bound === undefined || isDrained ? undefined : this.#runtime.setTimer(() => this.#look(), LOOK_MS);
    if (!isDrained) return;
    this.drainedBelow = undefined;
    this.#drained();
  }
}
