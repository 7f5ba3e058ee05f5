import { randomUUID } from "node:crypto";
import { within } from "./within.js";

/**
 * @typedef {import("playwright").Page} Page
 * @typedef {import("./figures.js").Figure} Figure
 *
 * @typedef {object} Benchmark
 * @property {string} name As `--only` takes it.
 * @property {false} [browsers] `false`: it opens no tabs, and none take its processor's time.
 * @property {(bench: Bench) => Promise<readonly Figure[]>} run
 *
 * @typedef {object} BenchOptions
 * @property {boolean} quick
 * @property {import("./servers.js").Servers} servers
 * @property {import("./browser-pair.js").BrowserPair | undefined} browsers
 * @property {(text: string) => void} progress
 */

/** What a benchmark is given. */
export class Bench {
  /** @type {BenchOptions} */
  #options;

  /** @param {BenchOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get quick() {
    return this.#options.quick;
  }

  get servers() {
    return this.#options.servers;
  }

  /** Tells whoever watches. @param {string} text */
  progress(text) {
    this.#options.progress(text);
  }

  /** A room that no other measurement uses. */
  room() {
    return `bench-${randomUUID()}`;
  }

  /**
   * New tabs for each round, one in each profile.
   *
   * @template T
   * @param {number} rounds One in a smoke run.
   * @param {(first: Page, second: Page, round: number) => Promise<T>} measure
   * @returns {Promise<T[]>}
   */
  rounds(rounds, measure) {
    const { browsers } = this.#options;
    if (browsers === undefined) throw new Error("This benchmark has no browsers");
    return this.repeated(rounds, (round) =>
      browsers.withTabs(this.servers.page, (first, second) => measure(first, second, round)),
    );
  }

  /**
   * Where no tabs are needed.
   *
   * @template T
   * @param {number} rounds One in a smoke run.
   * @param {(round: number) => Promise<T>} measure
   * @returns {Promise<T[]>}
   */
  async repeated(rounds, measure) {
    const results = [];
    for (let round = 0; round < (this.quick ? 1 : rounds); round++) {
      const result = await within(`Round ${round + 1}`, measure(round));
      this.#options.progress(`  round ${round + 1}: ${JSON.stringify(result)}`);
      results.push(result);
    }
    return results;
  }
}

/**
 * Ours and the reference, one after the other in the same tabs; which is first alternates.
 *
 * @template Ours
 * @template Theirs
 * @param {number} round
 * @param {() => Promise<Ours>} ours
 * @param {() => Promise<Theirs>} reference
 * @returns {Promise<{ ours: Ours, reference: Theirs }>}
 */
export async function alternately(round, ours, reference) {
  if (round % 2 === 0) return { ours: await ours(), reference: await reference() };
  const first = await reference();
  return { ours: await ours(), reference: first };
}
