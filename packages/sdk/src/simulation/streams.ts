import { SeededRandom } from "./random.ts";

/**
 * A run's random numbers: a stream for each purpose, from the seed and the purpose's name. A new fault or action then shifts no
 * other's choices by itself, and most of what a seed did before it still does; what comes of it may still change everything after.
 */
export class Streams {
  readonly #seed: number;
  readonly #streams = new Map<string, SeededRandom>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  of(purpose: string): SeededRandom {
    let stream = this.#streams.get(purpose);
    if (stream === undefined) {
      stream = new SeededRandom(this.#seed, hashOf(purpose));
      this.#streams.set(purpose, stream);
    }
    return stream;
  }

  /**
   * One of the keys, each as often as its weight says. Each key's stream says when it is due, and the earliest wins (Efraimidis and
   * Spirakis 2006): the order of those that were there before is the same with one more.
   */
  race<K extends string>(purpose: string, weights: Readonly<Partial<Record<K, number>>>): K {
    let first: { readonly key: K; readonly at: number } | undefined;
    for (const [key, weight] of Object.entries(weights) as [K, number][]) {
      if (weight <= 0) continue;
      const at = -Math.log(1 - this.of(`${purpose} ${key}`).unit()) / weight;
      if (first === undefined || at < first.at) first = { key, at };
    }
    if (first === undefined) throw new RangeError("Nothing to pick from");
    return first.key;
  }
}

/** FNV-1a (Fowler, Noll and Vo, public domain). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
