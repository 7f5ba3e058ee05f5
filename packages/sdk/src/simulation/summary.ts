import { DRAMAS, type DramaName } from "./staging/drama-names.ts";
import { FAULTS, type FaultName } from "./fault-names.ts";
import type { RunResult } from "./run.ts";

/** In as many runs every fault strikes many times, and every drama comes about; one that never does has been disabled by some change. */
export const RUNS_WITH_EVERY_FAULT = 1000;

/** What many runs came to. */
export class Summary {
  failed = 0;
  #runs = 0;
  #events = 0;
  #messages = 0;
  #quorumWrites = 0;
  #undecidedOrders = 0;
  #laterEpochs = 0;
  #survivals = 0;
  #renewals = 0;
  readonly #faults = new Map<FaultName, number>(FAULTS.map((fault) => [fault, 0]));
  readonly #dramas = new Map<DramaName, number>(DRAMAS.map((drama) => [drama, 0]));
  readonly #startedAt = performance.now();

  add(result: Omit<RunResult, "plan">): void {
    this.#runs++;
    this.#events += result.events;
    this.#messages += result.messages;
    this.#quorumWrites += result.quorumWrites;
    this.#undecidedOrders += result.undecidedOrders;
    this.#laterEpochs += result.laterEpochs;
    this.#survivals += result.survivals;
    this.#renewals += result.renewals;
    if (result.violations.length > 0) this.failed++;
    const { drama } = result;
    if (drama !== undefined) this.#dramas.set(drama, this.#dramas.get(drama)! + 1);
    for (const fault of FAULTS) this.#faults.set(fault, this.#faults.get(fault)! + result.faults[fault]);
  }

  /** Faults that never struck, and dramas that never came about, though they should have. */
  get missing(): readonly (FaultName | DramaName)[] {
    if (this.#runs < RUNS_WITH_EVERY_FAULT) return [];
    return [...this.#faults, ...this.#dramas].filter(([, count]) => count === 0).map(([name]) => name);
  }

  text(): string {
    const minutes = (performance.now() - this.#startedAt) / 60_000;
    const faults = [...this.#faults].map(([fault, count]) => `  ${fault.padEnd(26)} ${count}`);
    const dramas = [...this.#dramas].map(([drama, count]) => `  ${drama.padEnd(26)} ${count}`);
    const missing = this.missing.map((name) => `${name} has not come about in ${this.#runs} runs: that is a failure.`);
    return [
      `${this.#runs} runs, ${this.failed} failed, in ${minutes.toFixed(1)} minutes`,
      `${this.#events} events, ${Math.round(this.#events / minutes)} a minute; ${this.#messages} messages; ${this.#quorumWrites} quorum writes acknowledged`,
      `${this.#laterEpochs} changes of a replica set decided, ${this.#survivals} sets founded by survivors of a lost majority, ${this.#renewals} generations of documents`,
      `${this.#undecidedOrders} histories of reads too large to search whole: judged by their beginnings`,
      "faults that fired:",
      ...faults,
      "dramas that came about:",
      ...dramas,
      ...missing,
    ].join("\n");
  }
}
