import { describe, expect, it } from "vitest";
import { findUncovered } from "./read-coverage.ts";
import { lineageOf } from "../core/replica-state.fixture.ts";

const lineage = lineageOf(1);
const read = (invokedAt: number, returnedAt: number, ...covers: string[]) => ({
  invokedAt,
  returnedAt,
  lineage,
  covers: new Set(covers),
  told: new Set(covers),
});
const write = (dot: string, acknowledgedAt: number) => ({ dot, acknowledgedAt, lineage });

describe("reads of sibling sets (Q9)", () => {
  it("cover what was acknowledged and read before they began", () => {
    expect(findUncovered([read(2, 3, "a/1"), read(4, 5, "a/1", "b/1")], [write("a/1", 1)])).toBeUndefined();
  });

  it("need not cover what was acknowledged or read while they were under way, or in another lineage", () => {
    const elsewhere = { ...write("c/1", 0), lineage: lineageOf(2) };
    expect(findUncovered([read(2, 9, "a/1"), read(2, 4)], [write("a/1", 2), elsewhere])).toBeUndefined();
  });

  it("may not miss an acknowledged write", () => {
    expect(findUncovered([read(2, 3)], [write("a/1", 1)])).toContain("a/1");
  });

  it("may not miss what an earlier read covered", () => {
    expect(findUncovered([read(2, 3, "b/1"), read(4, 5)], [])).toContain("b/1");
  });
});
