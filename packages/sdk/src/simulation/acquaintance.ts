import type { SeededRandom } from "./random.ts";

/**
 * Which machines of a partial mesh may connect: a ring, which any one of them may be missing from, and a chord for every other. Machines that come
 * later know two.
 */
export class Acquaintance {
  readonly #random: SeededRandom;
  readonly #machines: number;
  #ring: readonly number[] = [];
  #chords: readonly (readonly [number, number])[] = [];

  constructor(machines: number, random: SeededRandom) {
    this.#machines = machines;
    this.#random = random;
    this.change();
  }

  /** Everybody knows others. */
  change(): void {
    const all = Array.from({ length: this.#machines }, (_, i) => i);
    this.#ring = this.#random.shuffled(all);
    this.#chords = Array.from({ length: Math.floor(this.#machines / 4) }, () => {
      const [a, b] = this.#random.shuffled(all);
      return [a!, b!] as const;
    });
  }

  knows(a: number, b: number): boolean {
    if (a >= this.#machines || b >= this.#machines) {
      const [older, newer] = [Math.min(a, b), Math.max(a, b)];
      return older === newer % this.#machines || older === (newer + 1) % this.#machines;
    }
    const apart = Math.abs(this.#ring.indexOf(a) - this.#ring.indexOf(b));
    const isInRing = apart === 1 || apart === this.#machines - 1;
    return isInRing || this.#chords.some((chord) => chord.includes(a) && chord.includes(b));
  }
}
