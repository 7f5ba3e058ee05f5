import { compareDots, dotKey } from "./dot.ts";
import { describe, expect, it } from "vitest";
import type { Fingerprint, Item, ItemList } from "./item-list.ts";
import { dotOf } from "./causality.fixture.ts";
import fc from "fast-check";
import { fingerprintOf } from "./item-fingerprint.ts";
import { ItemIndex } from "./item-index.ts";

const all = (list: ItemList): Item[] => list.slice(0, list.size);
const sorted = (held: ReadonlyMap<string, Item>): Item[] =>
  [...held.values()].sort((a, b) => compareDots(a.dot, b.dot));

function sumOf(items: readonly Item[]): Fingerprint {
  const sum = { count: items.length, low: 0, high: 0 };
  for (const { low, high } of items.map((item) => fingerprintOf(item))) {
    sum.low = (sum.low + low) >>> 0;
    sum.high = (sum.high + high) >>> 0;
  }
  return sum;
}

/** Puts and deletes of stretches, so that blocks split, empty and unite in runs of a few steps. */
const step = fc.record({
  origin: fc.nat(2),
  from: fc.integer({ min: 1, max: 400 }),
  length: fc.integer({ min: 1, max: 300 }),
  stride: fc.integer({ min: 1, max: 3 }),
  hash: fc.option(fc.nat(2), { nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(index: ItemIndex<Item>, held: Map<string, Item>, { origin, from, length, stride, hash }: Step): void {
  for (let i = 0; i < length; i++) {
    const dot = dotOf(origin, from + i * stride);
    if (hash === undefined) {
      index.delete(dot);
      held.delete(dotKey(dot));
    } else {
      index.put({ dot, hash });
      held.set(dotKey(dot), { dot, hash });
    }
  }
}

describe("ItemIndex", () => {
  it("keeps items in order, with the sums of all their runs, and lists that never change", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(), fc.nat(), (steps, a, b) => {
        const index = new ItemIndex<Item>();
        const held = new Map<string, Item>();
        const lists: { list: ItemList; items: readonly Item[] }[] = [];
        for (const each of steps) {
          take(index, held, each);
          expect(index.size).toBe(held.size);
          lists.push({ list: index.list(), items: sorted(held) });
        }
        for (const { list, items } of lists) {
          expect(all(list)).toEqual(items);
          const [start, end] = [a % (items.length + 1), b % (items.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          expect(list.fingerprint(start, end)).toEqual(sumOf(items.slice(start, end)));
          expect(list.fingerprint()).toEqual(sumOf(items));
          const dot = dotOf(a % 4, (b % 900) + 1);
          expect(list.before(dot)).toBe(items.filter((item) => compareDots(item.dot, dot) < 0).length);
          expect(list.through(dot)).toBe(items.filter((item) => compareDots(item.dot, dot) <= 0).length);
        }
      }),
    );
  });

  it("gives the same list while nothing changes, and another one then", () => {
    const index = new ItemIndex<Item>();
    index.put({ dot: dotOf(1, 1), hash: 1 });
    const list = index.list();
    index.delete(dotOf(1, 2));
    expect(index.list()).toBe(list);
    index.put({ dot: dotOf(1, 1), hash: 2 });
    expect(index.list()).not.toBe(list);
    expect([list.at(0).hash, index.list().at(0).hash]).toEqual([1, 2]);
  });
});
