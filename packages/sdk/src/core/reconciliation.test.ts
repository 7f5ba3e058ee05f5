import { compareDots, type Dot, dotKey } from "./dot.ts";
import { describe, expect, it, vi } from "vitest";
import { type DotRange, FIRST_DOT, LAST_DOT, LISTED_ITEMS, RANGE_PARTS, Reconciliation } from "./reconciliation.ts";
import { dotOf } from "./causality.fixture.ts";
import fc from "fast-check";
import { type Item, ItemList } from "./item-list.ts";
import { ItemIndex } from "./item-index.ts";

const itemsOf = (entries: ReadonlyMap<string, Item>): Item[] =>
  [...entries.values()].sort((a, b) => compareDots(a.dot, b.dot));
const mapOf = (items: readonly Item[]): Map<string, Item> => new Map(items.map((item) => [dotKey(item.dot), item]));
const names = (items: Iterable<{ readonly dot: Dot }>): string[] => Array.from(items, ({ dot }) => dotKey(dot)).sort();

function sideOf(items: readonly Item[]): Reconciliation {
  const index = new ItemIndex<Item>();
  for (const item of items) index.put(item);
  return new Reconciliation(index.list());
}

/** Both sides to the end: what each found, how often they took turns, and how much they said. */
function reconcile(mine: readonly Item[], theirs: readonly Item[]) {
  const [a, b] = [sideOf(mine), sideOf(theirs)];
  let said: DotRange[] = [a.opening()];
  let listed = 0;
  let ranges = 0;
  let turns = 0;
  for (let hears = b; said.length > 0; hears = hears === a ? b : a) {
    turns++;
    ranges += said.length;
    for (const { content } of said) listed += content.kind === "items" ? content.items.length : 0;
    said = said.flatMap((range) => hears.answer(range));
  }
  return { a, b, turns, ranges, listed };
}

const item: fc.Arbitrary<Item> = fc.record({
  dot: fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 60 })).map(([origin, seq]) => dotOf(origin, seq)),
  hash: fc.nat(1),
});
const sides = fc
  .tuple(fc.array(item, { maxLength: 150 }), fc.array(item, { maxLength: 150 }), fc.array(item, { maxLength: 150 }))
  .map(([both, mine, theirs]) => [mapOf([...both, ...mine]), mapOf([...both, ...theirs])] as const);

describe("Reconciliation (S8)", () => {
  it("finds exactly the differences, on both sides, whatever the two hold", () => {
    fc.assert(
      fc.property(sides, ([mine, theirs]) => {
        const { a, b } = reconcile(itemsOf(mine), itemsOf(theirs));
        const differing = itemsOf(mine).filter(({ dot, hash }) => (theirs.get(dotKey(dot)) ?? { hash }).hash !== hash);
        expect(names(a.lackedByPeer())).toEqual(names(itemsOf(mine).filter(({ dot }) => !theirs.has(dotKey(dot)))));
        expect(names(b.lackedByPeer())).toEqual(names(itemsOf(theirs).filter(({ dot }) => !mine.has(dotKey(dot)))));
        expect(names(a.differing)).toEqual(names(differing));
        expect(names(b.differing)).toEqual(names(differing));
      }),
    );
  });

  it("says one fingerprint where nothing differs", () => {
    const items = Array.from({ length: 5000 }, (_, i) => ({ dot: dotOf(1, i + 1), hash: i }));
    expect(reconcile(items, items)).toMatchObject({ turns: 1, ranges: 1, listed: 0 });
  });

  it("costs the difference times the logarithm of what is held", () => {
    const size = 20_000;
    const all = Array.from({ length: size }, (_, i) => ({ dot: dotOf(i % 5, Math.floor(i / 5) + 1), hash: i })).sort(
      (a, b) => compareDots(a.dot, b.dot),
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 20 }), (gone) => {
        const less = new Set(gone);
        const { turns, ranges, listed } = reconcile(
          all,
          all.filter((_, i) => !less.has(i)),
        );
        const levels = Math.ceil(Math.log(size / LISTED_ITEMS) / Math.log(RANGE_PARTS)) + 1;
        expect(turns).toBeLessThanOrEqual(levels + 3);
        expect(ranges).toBeLessThanOrEqual(gone.length * (levels * RANGE_PARTS + 2) + 1);
        expect(listed).toBeLessThanOrEqual(gone.length * LISTED_ITEMS);
      }),
      { numRuns: 20 },
    );
  });

  it("asks an empty side for nothing it has not got", () => {
    const items = Array.from({ length: 5000 }, (_, i) => ({ dot: dotOf(1, i + 1), hash: i }));
    for (const [mine, theirs] of [
      [items, []],
      [[], items],
    ] as const)
      expect(reconcile(mine, theirs)).toMatchObject({ listed: 0 });
  });

  it("P6: says and notes that a peer holds nothing of all this without a look at every item", () => {
    const side = sideOf(Array.from({ length: 20_000 }, (_, i) => ({ dot: dotOf(1, i + 1), hash: i })));
    const looks = vi.spyOn(ItemList.prototype, "at");
    const nothing = { from: FIRST_DOT, through: LAST_DOT };
    side.answer({ ...nothing, content: { kind: "fingerprint", count: 0, low: 0, high: 0 } });
    side.answer({ ...nothing, content: { kind: "items", items: [{ dot: dotOf(1, 7), hash: 6 }] } });
    expect(looks.mock.calls.length).toBeLessThan(20);
    looks.mockRestore();
    expect(names(side.lackedByPeer())).toHaveLength(20_000);
  });

  it("never names what is not held, whatever a peer says", () => {
    const side = sideOf([{ dot: dotOf(1, 1), hash: 1 }]);
    const lie: DotRange = {
      from: dotOf(0, 1),
      through: dotOf(9, 9),
      content: { kind: "missing", missing: [dotOf(1, 1), dotOf(1, 1), dotOf(2, 2)], differing: [dotOf(3, 3)] },
    };
    side.answer(lie);
    expect(names(side.lackedByPeer())).toEqual([dotKey(dotOf(1, 1))]);
    expect(side.differing).toEqual([]);
  });
});
