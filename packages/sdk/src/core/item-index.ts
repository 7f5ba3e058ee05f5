import {
  BRANCH_PARTS,
  branchOf,
  type Item,
  ItemList,
  type Leaf,
  LEAF_ITEMS,
  leafOf,
  partOf,
  placeIn,
  type Tree,
} from "./item-list.ts";
import { fingerprintOf } from "./item-fingerprint.ts";
import { type Dot, sameDot } from "./dot.ts";

const BEFORE_ALL: Dot = { origin: "" as Dot["origin"], seq: 0 };

/** What a change adds to the sums of the blocks that it is in: told by the leaf in which it is made, and still nothing where there is none. */
interface Weight {
  count: number;
  low: number;
  high: number;
}

/**
 * The items that a replica holds, in the order of their dots, with the fingerprints of all their runs: a B+ tree, kept up to date item by
 * item, so that no task ever lists or hashes a whole store (P6).
 *
 * Invariant: a list once given never changes. Giving it begins a new edition; blocks of earlier ones are copied before they are changed.
 */
export class ItemIndex<T extends Item> {
  #edition = 1;
  #root: Tree<T> = leafOf<T>(this.#edition, BEFORE_ALL, [], [], []);
  #list: ItemList<T> | undefined;

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

  has(dot: Dot): boolean {
    let node = this.#root;
    while ("parts" in node) node = node.parts[partOf(node, dot)]!;
    return isAt(node, placeIn(node, dot), dot);
  }

  /** Takes the place of an item with the same dot. */
  put(item: T): void {
    this.#list = undefined;
    const { low, high } = fingerprintOf(item);
    const root = this.#put(this.#root, item, { count: 1, low, high });
    this.#root = isTooLarge(root) ? branchOf(this.#edition, BEFORE_ALL, this.#halves(root)) : root;
  }

  delete(dot: Dot): void {
    const weight: Weight = { count: 0, low: 0, high: 0 };
    const root = this.#delete(this.#root, dot, weight);
    if (weight.count === 0) return;
    this.#list = undefined;
    this.#root = "parts" in root && root.parts.length === 1 ? root.parts[0]! : root;
  }

  /** The block with the item in it, perhaps too large by one. */
  #put(before: Tree<T>, item: T, weight: Weight): Tree<T> {
    const node = this.#own(before);
    if ("parts" in node) {
      const at = partOf(node, item.dot);
      const part = this.#put(node.parts[at]!, item, weight);
      if (isTooLarge(part)) node.parts.splice(at, 1, ...this.#halves(part));
      else node.parts[at] = part;
    } else putInLeaf(node, item, weight);
    weigh(node, weight);
    return node;
  }

  /** The block without the item; the very same where it is not in it, with no weight. */
  #delete(before: Tree<T>, dot: Dot, weight: Weight): Tree<T> {
    if ("parts" in before) {
      const at = partOf(before, dot);
      const part = this.#delete(before.parts[at]!, dot, weight);
      if (weight.count === 0) return before;
      const node = this.#own(before);
      node.parts[at] = part;
      this.#unite(node.parts, at);
      weigh(node, weight);
      return node;
    }
    const at = placeIn(before, dot);
    if (!isAt(before, at, dot)) return before;
    const node = this.#own(before);
    weight.count = -1;
    weight.low = -node.lows[at]!;
    weight.high = -node.highs[at]!;
    node.items.splice(at, 1);
    node.lows.splice(at, 1);
    node.highs.splice(at, 1);
    weigh(node, weight);
    return node;
  }

  /** The block itself where this edition made it, or a copy that it may change. */
  #own<N extends Tree<T>>(node: N): N;
  #own(node: Tree<T>): Tree<T> {
    if (node.edition === this.#edition) return node;
    const edition = this.#edition;
    const { from, count, low, high } = node;
    if ("parts" in node) return { edition, from, count, low, high, parts: node.parts.slice() };
    const { items, lows, highs } = node;
    return { edition, from, count, low, high, items: items.slice(), lows: lows.slice(), highs: highs.slice() };
  }

  #halves(node: Tree<T>): [Tree<T>, Tree<T>] {
    const edition = this.#edition;
    if ("parts" in node) {
      const behind = node.parts.slice(BRANCH_PARTS / 2);
      return [
        branchOf(edition, node.from, node.parts.slice(0, BRANCH_PARTS / 2)),
        branchOf(edition, behind[0]!.from, behind),
      ];
    }
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

function isTooLarge(node: Tree<Item>): boolean {
  return "parts" in node ? node.parts.length > BRANCH_PARTS : node.items.length > LEAF_ITEMS;
}

function isAt({ items }: Leaf<Item>, at: number, dot: Dot): boolean {
  return at < items.length && sameDot(items[at]!.dot, dot);
}

/** Where the item takes another's place, only the difference is its weight. */
function putInLeaf<T extends Item>(node: Leaf<T>, item: T, weight: Weight): void {
  const { items, lows, highs } = node;
  const { low, high } = weight;
  const at = placeIn(node, item.dot);
  const replaced = Number(isAt(node, at, item.dot));
  if (replaced === 1) {
    weight.count = 0;
    weight.low -= lows[at]!;
    weight.high -= highs[at]!;
  }
  items.splice(at, replaced, item);
  lows.splice(at, replaced, low);
  highs.splice(at, replaced, high);
}

function weigh<T extends Item>(node: Tree<T>, { count, low, high }: Weight): void {
  node.count += count;
  node.low = (node.low + low) >>> 0;
  node.high = (node.high + high) >>> 0;
}
