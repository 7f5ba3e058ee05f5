import { compareDots, type Dot } from "./dot.ts";

/** One version as two replicas compare it: its name, and what it holds. */
export interface Item {
  readonly dot: Dot;
  readonly hash: number;
}

/** What a run of items adds up to: the sums of two hashes of each, modulo 2^32, and their number. */
export interface Fingerprint {
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

/** Items of one block: finding a place in it, and copying it, costs less than another level would. */
export const LEAF_ITEMS = 64;
/** Parts of one block of blocks: a million items are three levels deep. */
export const BRANCH_PARTS = 32;

/** A block is changed in place by the edition that made it, and copied by every later one. */
interface Block {
  readonly edition: number;
  /** At or before all its items, and behind all those of the block before it. */
  readonly from: Dot;
  count: number;
  low: number;
  high: number;
}

export interface Leaf<T extends Item> extends Block {
  readonly items: T[];
  /** The two hashes of each item, so that a run's sum reads no item. */
  readonly lows: number[];
  readonly highs: number[];
}

export interface Branch<T extends Item> extends Block {
  readonly parts: (Leaf<T> | Branch<T>)[];
}

export type Tree<T extends Item> = Leaf<T> | Branch<T>;

/**
 * Items in the order of their dots, as they were at one moment: places, runs and the fingerprints of runs, each at the cost of a way down
 * a tree. Immutable: `ItemIndex` copies the blocks that it changes later, and shares the others.
 */
export class ItemList<T extends Item = Item> {
  readonly #root: Tree<T>;

  constructor(root: Tree<T>) {
    this.#root = root;
  }

  get size(): number {
    return this.#root.count;
  }

  at(place: number): T {
    let node = this.#root;
    let rest = place;
    while ("parts" in node) {
      let part = 0;
      while (rest >= node.parts[part]!.count) rest -= node.parts[part++]!.count;
      node = node.parts[part]!;
    }
    return node.items[rest]!;
  }

  /** The items from `start` up to, not including, `end`. */
  slice(start: number, end: number): T[] {
    return Array.from({ length: end - start }, (_, i) => this.at(start + i));
  }

  /** Of the items from `start` up to, not including, `end`. */
  fingerprint(start = 0, end: number = this.size): Fingerprint {
    const [before, through] = [this.#sumBefore(start), this.#sumBefore(end)];
    return {
      count: end - start,
      low: (through.low - before.low) >>> 0,
      high: (through.high - before.high) >>> 0,
    };
  }

  /** How many items are before `dot`. */
  before(dot: Dot): number {
    let node = this.#root;
    let place = 0;
    while ("parts" in node) {
      const part = partOf(node, dot);
      for (let i = 0; i < part; i++) place += node.parts[i]!.count;
      node = node.parts[part]!;
    }
    return place + placeIn(node, dot);
  }

  /** How many items are at or before `dot`. */
  through(dot: Dot): number {
    const before = this.before(dot);
    return before < this.size && compareDots(this.at(before).dot, dot) === 0 ? before + 1 : before;
  }

  #sumBefore(place: number): { low: number; high: number } {
    let node = this.#root;
    if (place >= node.count) return node;
    let [low, high, rest] = [0, 0, place];
    while ("parts" in node) {
      let part = 0;
      for (; rest >= node.parts[part]!.count; part++) {
        rest -= node.parts[part]!.count;
        low += node.parts[part]!.low;
        high += node.parts[part]!.high;
      }
      node = node.parts[part]!;
    }
    for (let i = 0; i < rest; i++) {
      low += node.lows[i]!;
      high += node.highs[i]!;
    }
    return { low: low >>> 0, high: high >>> 0 };
  }
}

export function leafOf<T extends Item>(
  edition: number,
  from: Dot,
  items: T[],
  lows: number[],
  highs: number[],
): Leaf<T> {
  return { edition, from, count: items.length, low: sumOf(lows), high: sumOf(highs), items, lows, highs };
}

export function branchOf<T extends Item>(edition: number, from: Dot, parts: Tree<T>[]): Branch<T> {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  return {
    edition,
    from,
    count,
    low: sumOf(parts.map(({ low }) => low)),
    high: sumOf(parts.map(({ high }) => high)),
    parts,
  };
}

/** The part that holds `dot`, if any does. */
export function partOf<T extends Item>({ parts }: Branch<T>, dot: Dot): number {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (compareDots(parts[middle]!.from, dot) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many of a leaf's items are before `dot`. */
export function placeIn<T extends Item>({ items }: Leaf<T>, dot: Dot): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareDots(items[middle]!.dot, dot) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => (sum + number) >>> 0, 0);
}
