import { describe, expect, it } from "vitest";
import { type QuorumOperation, registerHistory } from "./register-history.ts";
import { lineageOf } from "../core/replica-state.fixture.ts";

const lineage = lineageOf(1);
const returned = { at: 9, lineage };
const operation: QuorumOperation = { kind: "write", id: "x", value: "a/1", invokedAt: 5, returned, ordered: true };

const boundsOf = (fields: Partial<QuorumOperation>): number[] =>
  registerHistory([{ ...operation, ...fields }], "x", lineage).flatMap((each) => [each.invokedAt, each.returnedAt]);

describe("one id's history in one lineage (Q9)", () => {
  it("holds ordered writes and reads to their calls and returns", () => {
    expect(boundsOf({})).toEqual([5, 9]);
    expect(boundsOf({ kind: "read", ordered: false })).toEqual([5, 9]);
  });

  it("lets a write that is not ordered sit anywhere", () => {
    expect(boundsOf({ ordered: false })).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it("does not know what became of a write without an answer, or with one from another lineage", () => {
    expect(boundsOf({ returned: undefined })).toEqual([5, Number.POSITIVE_INFINITY]);
    expect(boundsOf({ returned: { at: 9, lineage: lineageOf(2) } })).toEqual([5, Number.POSITIVE_INFINITY]);
  });

  it("leaves out other ids, and reads that another lineage answered or nobody", () => {
    expect(boundsOf({ id: "y" })).toEqual([]);
    expect(boundsOf({ kind: "read", returned: undefined })).toEqual([]);
    expect(boundsOf({ kind: "read", returned: { at: 9, lineage: lineageOf(2) } })).toEqual([]);
  });
});
