import { describe, expect, it } from "vitest";
import { CausalContext } from "./causal-context.ts";
import { dotKey } from "./dot.ts";
import { dotOf } from "./causality.fixture.ts";
import fc from "fast-check";
import { HeldWalk } from "./held-walk.ts";
import type { Item } from "./item-list.ts";
import { ItemIndex } from "./item-index.ts";

const dots = fc.array(
  fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 200 })).map(([origin, seq]) => dotOf(origin, seq)),
  { maxLength: 200 },
);

describe("HeldWalk", () => {
  it("finds what was held when it began, in steps that look at no more places than they may, whatever changes between them", () => {
    fc.assert(
      fc.property(dots, dots, dots, fc.integer({ min: 1, max: 20 }), (held, asked, changed, looks) => {
        const index = new ItemIndex<Item>();
        for (const dot of held) index.put({ dot, hash: 1 });
        const context = CausalContext.EMPTY.with(asked);
        const walk = new HeldWalk(index.list(), context);
        const found: string[] = [];
        let steps = 0;
        for (const dots of [changed, held]) {
          const some = walk.next(looks);
          steps++;
          expect(some.length).toBeLessThanOrEqual(looks);
          found.push(...some.map(({ dot }) => dotKey(dot)));
          for (const dot of dots) {
            if (dots === held) index.delete(dot);
            else index.put({ dot, hash: 2 });
          }
        }
        for (; !walk.isOver; steps++) found.push(...walk.next(looks).map(({ dot }) => dotKey(dot)));
        const names = new Set(held.map((dot) => dotKey(dot)));
        const wanted = new Set(asked.map((dot) => dotKey(dot)).filter((name) => names.has(name)));
        expect(found.toSorted()).toEqual([...wanted].toSorted());
        const leaps = [...context.origins.values()].reduce((sum, intervals) => sum + intervals.length / 2 + 1, 0);
        expect(steps).toBeLessThanOrEqual(Math.ceil((wanted.size + leaps) / looks) + 2);
      }),
    );
  });
});
