import type { VirtualClock } from "./clock.ts";

/** What a run did, line by line; costs nothing unless it is wanted. */
export class Trace {
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;
  readonly #wanted: boolean;

  constructor(clock: VirtualClock, wanted: boolean) {
    this.#clock = clock;
    this.#wanted = wanted;
  }

  note(text: () => string): void {
    if (this.#wanted) this.lines.push(`${this.#clock.now.toFixed(2).padStart(10)} ${text()}`);
  }
}
