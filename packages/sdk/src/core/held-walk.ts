import type { CausalContext } from "./causal-context.ts";
import { firstEndingAtOrAfter, type IntervalSet } from "./interval-set.ts";
import type { Item, ItemList } from "./item-list.ts";
import type { Origin } from "./node-id.ts";

/**
 * Goes through the items of a list whose dots are in a context, in steps: a task looks at as many places as it is allowed to, and the next
 * one goes on from there. Both are immutable, so what the walk finds is what was held at the moment of the list, however long it takes.
 */
export class HeldWalk<T extends Item> {
  readonly #list: ItemList<T>;
  readonly #origins: Iterator<readonly [Origin, IntervalSet]>;
  #origin: readonly [Origin, IntervalSet] | undefined;
  /** The next place to look at, before which all that is among the origin's dots has been found. */
  #place = 0;

  constructor(list: ItemList<T>, dots: CausalContext) {
    this.#list = list;
    this.#origins = dots.origins[Symbol.iterator]();
    this.#nextOrigin();
  }

  get isOver(): boolean {
    return this.#origin === undefined;
  }

  /** What is found by looking at no more than `looks` places: perhaps nothing yet. */
  next(looks: number): T[] {
    const found: T[] = [];
    for (let look = 0; look < looks && this.#origin !== undefined; look++) {
      const item = this.#look(this.#origin);
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  /** Looks at one place, or leaps to where the next of the dots would be. */
  #look([origin, intervals]: readonly [Origin, IntervalSet]): T | undefined {
    const item = this.#place < this.#list.size ? this.#list.at(this.#place) : undefined;
    if (item === undefined || item.dot.origin !== origin) {
      this.#nextOrigin();
      return undefined;
    }
    const { seq } = item.dot;
    const at = firstEndingAtOrAfter(intervals, seq);
    const from = intervals[at];
    if (from === undefined) {
      this.#nextOrigin();
      return undefined;
    }
    if (from > seq) {
      this.#place = this.#list.before({ origin, seq: from });
      return undefined;
    }
    this.#place++;
    return item;
  }

  #nextOrigin(): void {
    const next = this.#origins.next();
    this.#origin = next.done === true ? undefined : next.value;
    if (this.#origin === undefined) return;
    const [origin, intervals] = this.#origin;
    this.#place = this.#list.before({ origin, seq: intervals[0] ?? 1 });
  }
}
