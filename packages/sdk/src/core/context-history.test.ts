import { describe, expect, it } from "vitest";
import { CausalContext } from "./causal-context.ts";
import { ContextDigest } from "./context-digest.ts";
import { ContextHistory } from "./context-history.ts";
import { dotOf, originOf } from "./causality.fixture.ts";

describe("the history of contexts", () => {
  const contexts = Array.from({ length: 400 }, (_, i) => CausalContext.EMPTY.with([dotOf(1, i + 1)]));

  it("knows when this replica moved on from each of its last ones", () => {
    const history = new ContextHistory(contexts[0]!);
    for (const [i, context] of contexts.entries()) history.note(context, 1000 + i);
    expect(history.supersededAt(contexts[398]!.digest)).toBe(1399);
    expect(history.supersededAt(contexts[399]!.digest)).toBeUndefined();
    expect(history.supersededAt(contexts[3]!.digest)).toBeUndefined();
    history.note(contexts[399]!, 9000);
    expect(history.supersededAt(contexts[399]!.digest)).toBeUndefined();
  });

  it("finds the newest context that hashed the same, bucket by bucket", () => {
    const first = CausalContext.EMPTY.with([dotOf(1, 1), dotOf(2, 1)]);
    const second = first.with([dotOf(1, 2)]);
    const third = second.with([dotOf(2, 2), dotOf(3, 1)]);
    const history = new ContextHistory(first);
    history.note(second, 1);
    history.note(third, 2);
    // Theirs is as ours in bucket 1 is now, as it was at first in bucket 2, and as it never was in bucket 3.
    const theirs = CausalContext.of([
      [originOf(1), [1, 2]],
      [originOf(2), [1, 1]],
      [originOf(3), [9, 9]],
    ]);
    const matching = history.matching(theirs.digest);
    expect(matching[1]).toBe(third);
    expect(matching[2]).toBe(second);
    expect(matching[3]).toBeUndefined();
    expect(matching[ContextDigest.bucketOf(originOf(4))]).toBe(third);
  });
});
