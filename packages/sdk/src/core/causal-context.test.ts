import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { contexts, dots, dotOf, originOf } from "./causality.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import { ContextDigest, DIGEST_BUCKETS } from "./context-digest.ts";
import { type Dot, dotKey } from "./dot.ts";

/** The context as a naive set of dots. */
function membersOf(context: CausalContext): Set<string> {
  const members = new Set<string>();
  for (const [origin, intervals] of context.origins)
    for (let i = 0; i < intervals.length; i += 2)
      for (let seq = intervals[i]!; seq <= intervals[i + 1]!; seq++) members.add(dotKey({ origin, seq }));
  return members;
}

function sameMembers(a: CausalContext, b: CausalContext): boolean {
  const [membersA, membersB] = [membersOf(a), membersOf(b)];
  return membersA.size === membersB.size && [...membersA].every((member) => membersB.has(member));
}

/** Made from nothing by another way than `context` was. */
function rebuilt(context: CausalContext): CausalContext {
  return CausalContext.of([...context.origins].reverse());
}

describe("a causal context (S1)", () => {
  it("joins commutatively, associatively and idempotently", () => {
    fc.assert(
      fc.property(contexts, contexts, contexts, (a, b, c) => {
        expect(membersOf(a.join(b))).toEqual(new Set([...membersOf(a), ...membersOf(b)]));
        expect(sameMembers(a.join(b), b.join(a))).toBe(true);
        expect(sameMembers(a.join(b).join(c), a.join(b.join(c)))).toBe(true);
        expect(sameMembers(a.join(a), a)).toBe(true);
      }),
    );
  });

  it("covers its dots, and all of another exactly when it lacks none", () => {
    fc.assert(
      fc.property(contexts, contexts, fc.array(dots), (a, b, some) => {
        for (const dot of some) expect(a.covers(dot)).toBe(membersOf(a).has(dotKey(dot)));
        expect(a.coversAll(b)).toBe(b.difference(a).isEmpty);
        expect(a.join(b).coversAll(b)).toBe(true);
      }),
    );
  });

  it("tells what another lacks", () => {
    fc.assert(
      fc.property(contexts, contexts, (a, b) => {
        const lacking = membersOf(b);
        expect(membersOf(a.difference(b))).toEqual(new Set([...membersOf(a)].filter((dot) => !lacking.has(dot))));
        expect(sameMembers(b.join(a.difference(b)), a.join(b))).toBe(true);
      }),
    );
  });

  it("adds dots without touching what it was made from", () => {
    fc.assert(
      fc.property(contexts, fc.array(dots), (context, added) => {
        const before = membersOf(context);
        const after = context.with(added);
        expect(membersOf(after)).toEqual(new Set([...before, ...added.map((dot) => dotKey(dot))]));
        expect(membersOf(context)).toEqual(before);
        const changed = new Set([...after.changedSince(context)].map(([origin]) => origin));
        const grown = added.filter((dot) => !before.has(dotKey(dot))).map((dot) => dot.origin);
        expect(changed).toEqual(new Set(grown));
      }),
    );
  });

  it("is cut into the digest's buckets without a rest", () => {
    fc.assert(
      fc.property(contexts, fc.array(fc.nat(5)), (context, chosen) => {
        const buckets = new Set(chosen);
        const rest = new Set(Array.from({ length: DIGEST_BUCKETS }, (_, i) => i).filter((i) => !buckets.has(i)));
        const [part, other] = [context.inBuckets(buckets), context.inBuckets(rest)];
        expect(part.digest.equals(rebuilt(part).digest)).toBe(true);
        expect(sameMembers(part.join(other), context)).toBe(true);
        for (const origin of part.origins.keys()) expect(buckets.has(ContextDigest.bucketOf(origin))).toBe(true);
      }),
    );
  });
});

describe("the digest of a context (C3)", () => {
  it("is equal exactly when the contexts are, however they came about", () => {
    fc.assert(
      fc.property(contexts, contexts, (a, b) => {
        expect(a.digest.equals(b.digest)).toBe(sameMembers(a, b));
        expect(a.join(b).digest.equals(rebuilt(b.join(a)).digest)).toBe(true);
        expect(a.difference(b).digest.equals(rebuilt(a.difference(b)).digest)).toBe(true);
      }),
    );
  });

  it("kept up dot by dot is the one made afresh", () => {
    fc.assert(
      fc.property(fc.array(dots), (list) => {
        let context = CausalContext.EMPTY;
        for (const dot of list) context = context.with([dot]);
        expect(context.digest.equals(CausalContext.EMPTY.with(list).digest)).toBe(true);
        expect(context.digest.equals(rebuilt(context).digest)).toBe(true);
      }),
    );
  });

  it("differs in the buckets of the origins that differ, and in no others", () => {
    fc.assert(
      fc.property(contexts, contexts, (a, b) => {
        const differing = new Set<number>();
        for (const context of [a.difference(b), b.difference(a)])
          for (const origin of context.origins.keys()) differing.add(ContextDigest.bucketOf(origin));
        expect(a.digest.differingBuckets(b.digest)).toEqual(differing);
      }),
    );
  });

  it("tells seqs apart that differ only above 32 bits", () => {
    const high: Dot = { origin: originOf(1), seq: 2 ** 32 + 7 };
    const low = dotOf(1, 7);
    expect(CausalContext.EMPTY.with([high]).digest.equals(CausalContext.EMPTY.with([low]).digest)).toBe(false);
  });
});
