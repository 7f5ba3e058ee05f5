import {
  BRANCH_PARTS,
  branchOf,
  type Item,
  ItemList,
  LEAF_ITEMS,
  leafOf,
  partOf,
  placeIn,
  type Tree,
} from "./item-list.ts";
import { fingerprintOf } from "./item-fingerprint.ts";
import { compareDots, type Dot, sameDot } from "./dot.ts";

const BEFORE_ALL: Dot = { origin: "" as Dot["origin"], seq: 0 };

/** What an item adds to the sums of the blocks that it is in. */
interface Weight {
  readonly count: 1 | -1;
  readonly low: number;
  readonly high: number;
}

/**
 * The items that a replica holds, in the order of their dots, with the fingerprints of all their runs: a B+ tree, kept up to date item by
 * item, so that no task ever lists or hashes a whole store (P6).
 *
 * Invariant: a list once given never changes. Giving it begins a new edition; blocks of earlier ones are copied before they are changed.
 */
export class ItemIndex<T extends Item> {
  #edition = 1;
  #root: Tree<T>;
  #list: ItemList<T> | undefined;

  /** @param items what is held to begin with, each dot once, in any order: quicker than putting them one by one */
  constructor(items: Iterable<T> = []) {
    this.#root = treeOf(this.#edition, inOrder(items));
  }

  get size(): number {
    return this.#root.count;
  }

  /** All of them as of now: costs a reference, whatever is held. */
  list(): ItemList<T> {
    if (this.#list === undefined) {
      this.#list = new ItemList(this.#root);
      this.#edition++;
    }
    return this.#list;
  }

  /** Takes the place of an item with the same dot. */
  put(item: T): void {
    this.delete(item.dot);
    this.#list = undefined;
    const [root, behind] = this.#insert(this.#root, item, { count: 1, ...fingerprintOf(item) });
    this.#root = behind === undefined ? root : branchOf(this.#edition, BEFORE_ALL, [root, behind]);
  }

  delete(dot: Dot): void {
    const held = this.#find(dot);
    if (held === undefined) return;
    this.#list = undefined;
    const { low, high } = fingerprintOf(held);
    const root = this.#remove(this.#root, dot, { count: -1, low: -low, high: -high });
    this.#root = "parts" in root && root.parts.length === 1 ? root.parts[0]! : root;
  }

  #find(dot: Dot): T | undefined {
    let node = this.#root;
    while ("parts" in node) node = node.parts[partOf(node, dot)]!;
    const item = node.items[placeIn(node, dot)];
    return item !== undefined && sameDot(item.dot, dot) ? item : undefined;
  }

  /** The block with the item in it, and a second one where it has become too large for one. */
  #insert(before: Tree<T>, item: T, weight: Weight): [Tree<T>, Tree<T>?] {
    const node = this.#own(before);
    weigh(node, weight);
    if ("parts" in node) {
      const at = partOf(node, item.dot);
      const [part, behind] = this.#insert(node.parts[at]!, item, weight);
      node.parts[at] = part;
      if (behind !== undefined) node.parts.splice(at + 1, 0, behind);
    } else {
      const at = placeIn(node, item.dot);
      node.items.splice(at, 0, item);
      node.lows.splice(at, 0, weight.low);
      node.highs.splice(at, 0, weight.high);
    }
    return this.#split(node);
  }

  /** The block without the item, which it holds. */
  #remove(before: Tree<T>, dot: Dot, weight: Weight): Tree<T> {
    const node = this.#own(before);
    weigh(node, weight);
    if ("parts" in node) {
      const at = partOf(node, dot);
      node.parts[at] = this.#remove(node.parts[at]!, dot, weight);
      this.#unite(node.parts, at);
    } else {
      const at = placeIn(node, dot);
      node.items.splice(at, 1);
      node.lows.splice(at, 1);
      node.highs.splice(at, 1);
    }
    return node;
  }

  /** The block itself where this edition made it, or a copy that it may change. */
  #own(node: Tree<T>): Tree<T> {
    if (node.edition === this.#edition) return node;
    const edition = this.#edition;
    const { from, count, low, high } = node;
    if ("parts" in node) return { edition, from, count, low, high, parts: node.parts.slice() };
    const { items, lows, highs } = node;
    return { edition, from, count, low, high, items: items.slice(), lows: lows.slice(), highs: highs.slice() };
  }

  #split(node: Tree<T>): [Tree<T>, Tree<T>?] {
    const edition = this.#edition;
    if ("parts" in node) {
      if (node.parts.length <= BRANCH_PARTS) return [node];
      const behind = node.parts.slice(BRANCH_PARTS / 2);
      return [
        branchOf(edition, node.from, node.parts.slice(0, BRANCH_PARTS / 2)),
        branchOf(edition, behind[0]!.from, behind),
      ];
    }
    if (node.items.length <= LEAF_ITEMS) return [node];
    const cut = LEAF_ITEMS / 2;
    const { from, items, lows, highs } = node;
    return [
      leafOf(edition, from, items.slice(0, cut), lows.slice(0, cut), highs.slice(0, cut)),
      leafOf(edition, items[cut]!.dot, items.slice(cut), lows.slice(cut), highs.slice(cut)),
    ];
  }

  /** Makes one block of two neighbours that have become small, so that a store that has shrunk has a small tree. */
  #unite(parts: Tree<T>[], at: number): void {
    const first = at === 0 ? 0 : at - 1;
    const [a, b] = [parts[first], parts[first + 1]];
    if (a === undefined || b === undefined) return;
    const united = this.#united(a, b);
    if (united !== undefined) parts.splice(first, 2, united);
  }

  #united(a: Tree<T>, b: Tree<T>): Tree<T> | undefined {
    if ("parts" in a && "parts" in b)
      return a.parts.length + b.parts.length > BRANCH_PARTS / 2
        ? undefined
        : branchOf(this.#edition, a.from, [...a.parts, ...b.parts]);
    if ("parts" in a || "parts" in b || a.items.length + b.items.length > LEAF_ITEMS / 2) return undefined;
    const [items, lows, highs] = [
      [...a.items, ...b.items],
      [...a.lows, ...b.lows],
      [...a.highs, ...b.highs],
    ];
    return leafOf(this.#edition, a.from, items, lows, highs);
  }
}

/** Sorted origin by origin: comparing numbers is quick. */
function inOrder<T extends Item>(items: Iterable<T>): T[] {
  const byOrigin = new Map<string, T[]>();
  for (const item of items) {
    const ofOrigin = byOrigin.get(item.dot.origin);
    if (ofOrigin === undefined) byOrigin.set(item.dot.origin, [item]);
    else ofOrigin.push(item);
  }
  const origins = [...byOrigin.values()].sort((a, b) => compareDots(a[0]!.dot, b[0]!.dot));
  return origins.flatMap((ofOrigin) => ofOrigin.sort((a, b) => a.dot.seq - b.dot.seq));
}

function treeOf<T extends Item>(edition: number, items: readonly T[]): Tree<T> {
  let level: Tree<T>[] = inBlocks(items, LEAF_ITEMS).map((block, i) => {
    const prints = block.map((item) => fingerprintOf(item));
    const from = i === 0 ? BEFORE_ALL : block[0]!.dot;
    return leafOf(
      edition,
      from,
      block,
      prints.map(({ low }) => low),
      prints.map(({ high }) => high),
    );
  });
  while (level.length > 1)
    level = inBlocks(level, BRANCH_PARTS).map((parts) => branchOf(edition, parts[0]!.from, parts));
  return level[0] ?? leafOf<T>(edition, BEFORE_ALL, [], [], []);
}

/** Blocks that are three quarters full: the first changes shall not split them all. */
function inBlocks<E>(elements: readonly E[], most: number): E[][] {
  const size = (3 * most) / 4;
  const blocks: E[][] = [];
  for (let from = 0; from < elements.length; from += size) blocks.push(elements.slice(from, from + size));
  return blocks;
}

function weigh<T extends Item>(node: Tree<T>, { count, low, high }: Weight): void {
  node.count += count;
  node.low = (node.low + low) >>> 0;
  node.high = (node.high + high) >>> 0;
}
