import type { RunResult } from "./run.ts";

/** What many runs came to. */
export class Summary {
  failed = 0;
  #runs = 0;
  #events = 0;
  #quorumWrites = 0;
  readonly #faults = new Map<string, number>();
  readonly #startedAt = performance.now();

  add(result: RunResult): void {
    this.#runs++;
    this.#events += result.events;
    this.#quorumWrites += result.quorumWrites;
    if (result.violations.length > 0) this.failed++;
    for (const [fault, count] of Object.entries(result.faults))
      this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + count);
  }

  text(): string {
    const minutes = (performance.now() - this.#startedAt) / 60_000;
    const faults = [...this.#faults].map(([fault, count]) => `  ${fault} ${count}`);
    return [
      `${this.#runs} runs, ${this.failed} failed; ${this.#quorumWrites} quorum writes acknowledged`,
      `${this.#events} events, ${Math.round(this.#events / minutes)} a minute`,
      "faults that fired:",
      ...faults,
    ].join("\n");
  }
}
