import { compareDots, type Dot } from "./dot.ts";
import { fingerprintOf } from "./item-fingerprint.ts";

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

/** A stretch of the order of dots, both ends included, and what the sender has in it. */
export interface DotRange {
  readonly from: Dot;
  readonly through: Dot;
  readonly content:
    | ({ readonly kind: "fingerprint" } & Fingerprint)
    /** All of the sender's items in the range: asks which of them are missing. */
    | { readonly kind: "items"; readonly items: readonly Item[] }
    /** Answers `items`: those that are missing here, and those that hold something else here. */
    | { readonly kind: "missing"; readonly missing: readonly Dot[]; readonly differing: readonly Dot[] };
}

/** Ranges of so few items travel as lists: 20 bytes an item, about what two more rounds of fingerprints would cost. */
export const LISTED_ITEMS = 32;
/** Parts that a differing range is cut into: four rounds find one difference among a million. */
export const RANGE_PARTS = 16;

export const FIRST_DOT: Dot = { origin: "0000000000000000" as Dot["origin"], seq: 0 };
export const LAST_DOT: Dot = { origin: "ffffffffffffffff" as Dot["origin"], seq: Number.MAX_SAFE_INTEGER };

/** Items in the order of their dots, with running sums: the fingerprint of any run of them costs two subtractions. */
export class ItemList {
  readonly items: readonly Item[];
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;

  /** @param items sorted by dot, each dot once */
  constructor(items: readonly Item[]) {
    this.items = items;
    this.#low = new Uint32Array(items.length + 1);
    this.#high = new Uint32Array(items.length + 1);
    for (let i = 0; i < items.length; i++) {
      const { low, high } = fingerprintOf(items[i]!);
      this.#low[i + 1] = this.#low[i]! + low;
      this.#high[i + 1] = this.#high[i]! + high;
    }
  }

  /** Of the items from `start` up to, not including, `end`. */
  fingerprint(start = 0, end: number = this.items.length): Fingerprint {
    return {
      count: end - start,
      low: (this.#low[end]! - this.#low[start]!) >>> 0,
      high: (this.#high[end]! - this.#high[start]!) >>> 0,
    };
  }

  /** How many items are before `dot`. */
  before(dot: Dot): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareDots(this.items[middle]!.dot, dot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How many items are at or before `dot`. */
  through(dot: Dot): number {
    const before = this.before(dot);
    const item = this.items[before];
    return item !== undefined && compareDots(item.dot, dot) === 0 ? before + 1 : before;
  }
}

/**
 * Range-based set reconciliation (Aljoscha Meyer, 2023): two replicas find where their items differ by comparing fingerprints of ranges
 * and cutting those that differ, at a cost that grows with the difference, times the logarithm of what they hold.
 *
 * Each side feeds in what the other sends and sends what `answer` returns, taking turns, until neither has more to say; then `lackedByPeer`
 * names exactly those of this side's items that the other lacks. Pure: it never changes its list.
 */
export class Reconciliation {
  readonly #list: ItemList;
  /** By their places in the list, so that whatever a peer says they never outgrow it. */
  readonly #lacked = new Set<number>();
  readonly #differing = new Set<number>();

  constructor(list: ItemList) {
    this.#list = list;
  }

  /** Items here whose dots the peer does not hold. */
  get lackedByPeer(): Item[] {
    return Array.from(this.#lacked, (at) => this.#list.items[at]!);
  }

  /** Items whose dots the peer holds with another content. */
  get differing(): Item[] {
    return Array.from(this.#differing, (at) => this.#list.items[at]!);
  }

  /** What either side may begin with. */
  opening(): DotRange {
    return this.#fingerprint(FIRST_DOT, LAST_DOT, 0, this.#list.items.length);
  }

  /** Takes in one range of the peer's, and returns what to say about it. */
  answer({ from, through, content }: DotRange): DotRange[] {
    if (content.kind === "missing") {
      for (const dot of content.missing) this.#add(this.#lacked, dot);
      for (const dot of content.differing) this.#add(this.#differing, dot);
      return [];
    }
    const start = this.#list.before(from);
    const end = Math.max(start, this.#list.through(through));
    return content.kind === "items"
      ? this.#compare(from, through, start, end, content.items)
      : this.#narrow(from, through, start, end, content);
  }

  #narrow(from: Dot, through: Dot, start: number, end: number, theirs: Fingerprint): DotRange[] {
    const mine = this.#list.fingerprint(start, end);
    if (mine.count === theirs.count && mine.low === theirs.low && mine.high === theirs.high) return [];
    const items = this.#list.items;
    if (theirs.count === 0) {
      for (let at = start; at < end; at++) this.#lacked.add(at);
      return [];
    }
    if (mine.count <= LISTED_ITEMS)
      return [{ from, through, content: { kind: "items", items: items.slice(start, end) } }];
    const parts: DotRange[] = [];
    for (let part = 0; part < RANGE_PARTS; part++) {
      const first = start + Math.floor((mine.count * part) / RANGE_PARTS);
      const next = start + Math.floor((mine.count * (part + 1)) / RANGE_PARTS);
      parts.push(
        this.#fingerprint(
          part === 0 ? from : items[first]!.dot,
          part === RANGE_PARTS - 1 ? through : justBefore(items[next]!.dot),
          first,
          next,
        ),
      );
    }
    return parts;
  }

  #compare(from: Dot, through: Dot, start: number, end: number, theirs: readonly Item[]): DotRange[] {
    const mine = this.#list.items;
    const missing: Dot[] = [];
    const differing: Dot[] = [];
    let at = start;
    for (const { dot, hash } of theirs) {
      for (; at < end && compareDots(mine[at]!.dot, dot) < 0; at++) this.#lacked.add(at);
      if (at >= end || compareDots(mine[at]!.dot, dot) !== 0) missing.push(dot);
      else {
        if (mine[at]!.hash !== hash) {
          differing.push(dot);
          this.#differing.add(at);
        }
        at++;
      }
    }
    for (; at < end; at++) this.#lacked.add(at);
    if (missing.length === 0 && differing.length === 0) return [];
    return [{ from, through, content: { kind: "missing", missing, differing } }];
  }

  #add(to: Set<number>, dot: Dot): void {
    const at = this.#list.before(dot);
    if (this.#list.through(dot) > at) to.add(at);
  }

  #fingerprint(from: Dot, through: Dot, start: number, end: number): DotRange {
    return { from, through, content: { kind: "fingerprint", ...this.#list.fingerprint(start, end) } };
  }
}

/** Seqs of versions begin at 1, so there is a dot before each. */
function justBefore({ origin, seq }: Dot): Dot {
  return { origin, seq: seq - 1 };
}
