import { addInterval, hasInteger, type IntervalSet } from "./interval-set.ts";
import { compareDots, type Dot } from "./dot.ts";
import type { Fingerprint, Item, ItemList } from "./item-list.ts";

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

/**
 * Range-based set reconciliation (Aljoscha Meyer, 2023): two replicas find where their items differ by comparing fingerprints of ranges
 * and cutting those that differ, at a cost that grows with the difference, times the logarithm of what they hold.
 *
 * Each side feeds in what the other sends and sends what `answer` returns, taking turns, until neither has more to say; then `lackedByPeer`
 * names exactly those of this side's items that the other lacks. Pure: it never changes its list.
 */
export class Reconciliation<T extends Item = Item> {
  readonly #list: ItemList<T>;
  /** By their places in the list, so that whatever a peer says they never outgrow it; places count from 0. */
  readonly #lacked = new Set<number>();
  /** Long runs of places of which the peer holds nothing, counted from 1: noted in one step, however long. */
  #lackedRuns: IntervalSet = [];
  readonly #differing = new Set<number>();

  constructor(list: ItemList<T>) {
    this.#list = list;
  }

  /** Items here whose dots the peer does not hold, each once. May be all of a store: to be gone through in steps. */
  *lackedByPeer(): Generator<T, void> {
    for (let i = 0; i < this.#lackedRuns.length; i += 2)
      for (let at = this.#lackedRuns[i]! - 1; at < this.#lackedRuns[i + 1]!; at++) yield this.#list.at(at);
    for (const at of this.#lacked) if (!hasInteger(this.#lackedRuns, at + 1)) yield this.#list.at(at);
  }

  /** Items whose dots the peer holds with another content. */
  get differing(): T[] {
    return Array.from(this.#differing, (at) => this.#list.at(at));
  }

  /** What either side may begin with. */
  opening(): DotRange {
    return this.#fingerprint(FIRST_DOT, LAST_DOT, 0, this.#list.size);
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
    if (theirs.count === 0) {
      this.#lack(start, end);
      return [];
    }
    if (mine.count <= LISTED_ITEMS) {
      const items = this.#list.slice(start, end).map(({ dot, hash }) => ({ dot, hash }));
      return [{ from, through, content: { kind: "items", items } }];
    }
    const parts: DotRange[] = [];
    for (let part = 0; part < RANGE_PARTS; part++) {
      const first = start + Math.floor((mine.count * part) / RANGE_PARTS);
      const next = start + Math.floor((mine.count * (part + 1)) / RANGE_PARTS);
      parts.push(
        this.#fingerprint(
          part === 0 ? from : this.#list.at(first).dot,
          part === RANGE_PARTS - 1 ? through : justBefore(this.#list.at(next).dot),
          first,
          next,
        ),
      );
    }
    return parts;
  }

  #compare(from: Dot, through: Dot, start: number, end: number, theirs: readonly Item[]): DotRange[] {
    const missing: Dot[] = [];
    const differing: Dot[] = [];
    let at = start;
    for (const { dot, hash } of theirs) {
      const found = Math.min(Math.max(at, this.#list.before(dot)), end);
      this.#lack(at, found);
      at = found;
      const mine = at < end ? this.#list.at(at) : undefined;
      if (mine === undefined || compareDots(mine.dot, dot) !== 0) missing.push(dot);
      else {
        if (mine.hash !== hash) {
          differing.push(dot);
          this.#differing.add(at);
        }
        at++;
      }
    }
    this.#lack(at, end);
    if (missing.length === 0 && differing.length === 0) return [];
    return [{ from, through, content: { kind: "missing", missing, differing } }];
  }

  /** The peer holds none of the items from `start` up to, not including, `end`. */
  #lack(start: number, end: number): void {
    if (end - start > LISTED_ITEMS) this.#lackedRuns = addInterval(this.#lackedRuns, start + 1, end);
    else for (let at = start; at < end; at++) this.#lacked.add(at);
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
