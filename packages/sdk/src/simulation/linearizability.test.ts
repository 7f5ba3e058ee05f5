import { describe, expect, it } from "vitest";
import { earlierHalf, findImpossible, type Impossible, type RegisterOperation } from "./linearizability.ts";
import fc from "fast-check";

const UNKNOWN = Number.POSITIVE_INFINITY;

function write(value: string | undefined, invokedAt: number, returnedAt: number): RegisterOperation {
  return { kind: "write", value, invokedAt, returnedAt };
}

function read(value: string | undefined, invokedAt: number, returnedAt: number): RegisterOperation {
  return { kind: "read", value, invokedAt, returnedAt };
}

function impossible(history: readonly RegisterOperation[]): Impossible<RegisterOperation> {
  const found = findImpossible(history);
  if (found === undefined || found === "undecided") throw new Error("no contradiction was found");
  return found;
}

describe("a history is linearizable (Q9)", () => {
  it.each<[string, RegisterOperation[]]>([
    ["nothing happens", []],
    ["a register that nobody wrote is empty", [read(undefined, 0, 1)]],
    ["a read returns the last write", [write("a", 0, 1), write("b", 2, 3), read("b", 4, 5)]],
    ["a read returns what a delete has left", [write("a", 0, 1), write(undefined, 2, 3), read(undefined, 4, 5)]],
    ["a write that is still under way is seen", [write("a", 0, 10), read("a", 1, 2)]],
    ["a write that is still under way is not seen", [write("a", 0, 10), read(undefined, 1, 2)]],
    ["concurrent writes take either order", [write("a", 0, 9), write("b", 0, 9), read("b", 10, 11), read("b", 12, 13)]],
    ["a call and a return at one time are concurrent", [write("a", 0, 5), read(undefined, 5, 6)]],
    ["a write of unknown outcome never took effect", [write("a", 0, UNKNOWN), read(undefined, 5, 6)]],
    ["a write of unknown outcome took effect late", [write("a", 0, UNKNOWN), read(undefined, 5, 6), read("a", 7, 8)]],
    [
      "of two deletes of unknown outcome, each is used once",
      [
        write(undefined, 0, UNKNOWN),
        write(undefined, 0, UNKNOWN),
        write("a", 1, 2),
        read(undefined, 3, 4),
        write("b", 5, 6),
        read(undefined, 7, 8),
      ],
    ],
    [
      "Herlihy and Wing's register: reads overlap a write and agree on when it took effect",
      [write("0", 0, 1), write("1", 2, 9), read("0", 3, 4), read("1", 5, 6), read("1", 7, 10)],
    ],
  ])("when %s", (_name, history) => {
    expect(findImpossible(history)).toBeUndefined();
  });
});

describe("a history is not linearizable (Q9)", () => {
  it.each<[string, RegisterOperation[], RegisterOperation]>([
    ["a read misses a finished write", [write("a", 0, 1), read(undefined, 2, 3)], read(undefined, 2, 3)],
    [
      "a read returns what has been overwritten",
      [write("a", 0, 1), write("b", 2, 3), read("a", 4, 5)],
      read("a", 4, 5),
    ],
    ["a read returns what nobody wrote", [write("a", 0, 1), read("c", 2, 3)], read("c", 2, 3)],
    ["a read returns what is written later", [read("a", 0, 1), write("a", 2, 3)], read("a", 0, 1)],
    [
      "a new value is seen and then the old one",
      [write("a", 0, 1), write("b", 2, 20), read("b", 3, 4), read("a", 5, 6)],
      read("a", 5, 6),
    ],
    [
      "a write of unknown outcome takes effect twice",
      [write("a", 0, UNKNOWN), read("a", 1, 2), write("b", 3, 4), read("b", 5, 6), read("a", 7, 8)],
      read("a", 7, 8),
    ],
    [
      "two readers disagree on the order of two writes",
      [write("a", 0, 1), write("b", 0, 1), read("a", 2, 3), read("b", 4, 5), read("a", 6, 7)],
      read("b", 4, 5),
    ],
  ])("when %s", (_name, history, stuckAt) => {
    expect(impossible(history).stuckAt).toEqual(stuckAt);
  });

  it("and the longest order that explains its beginning is told", () => {
    const history = [write("a", 0, 1), write("b", 2, 3), read("a", 4, 5)];
    expect(impossible(history).longest).toEqual(history.slice(0, 2));
  });
});

describe("the search", () => {
  it("finds what a trial of every order finds", () => {
    const value = fc.constantFrom(undefined, "a", "b", "c");
    const operation = fc
      .record({ kind: fc.constantFrom("read", "write"), value, at: fc.nat(12), takes: fc.nat(6), known: fc.nat(3) })
      .map(({ kind, value, at, takes, known }): RegisterOperation => {
        const returnedAt = kind === "write" && known === 0 ? UNKNOWN : at + takes;
        return { kind, value, invokedAt: at, returnedAt };
      });
    let impossible = 0;
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (history) => {
        const isPossible = someOrderExplains(history, undefined);
        if (!isPossible) impossible++;
        expect(findImpossible(history) === undefined).toBe(isPossible);
      }),
      { numRuns: 3000 },
    );
    expect(impossible).toBeGreaterThan(100);
  });

  it("decides a long history with many writes of unknown outcome at once", () => {
    const history: RegisterOperation[] = [];
    for (let i = 0; i < 200; i++) {
      history.push(write(`${i}`, 10 * i, i % 3 === 0 ? UNKNOWN : 10 * i + 25), read(`${i}`, 10 * i + 5, 10 * i + 9));
    }
    expect(findImpossible(history)).toBeUndefined();
    expect(findImpossible([...history, read("7", 5000, 5001)])).toBeDefined();
  });
});

describe("a history that is too large to search whole", () => {
  it("is given up, and its beginnings, which are smaller, show what they show", () => {
    const history = Array.from({ length: 12 }, (_, i) => write(`${i}`, 0, 100)).concat(
      read("0", 200, 201),
      read("1", 202, 203),
      read("0", 204, 205),
      read("9", 206, 207),
    );
    expect(findImpossible(history, 50)).toBe("undecided");
    expect(impossible(history).stuckAt).toEqual(read("1", 202, 203));
    const half = earlierHalf(history);
    expect(half).toEqual(history.slice(0, 14));
    expect(impossible(half).stuckAt).toEqual(read("1", 202, 203));
    expect(findImpossible(earlierHalf(half))).toBeUndefined();
  });
});

/** Tries every order of every choice of writes of unknown outcome. */
function someOrderExplains(left: readonly RegisterOperation[], state: string | undefined): boolean {
  if (left.every(({ returnedAt }) => returnedAt === UNKNOWN)) return true;
  const firstReturn = Math.min(...left.map(({ returnedAt }) => returnedAt));
  return left.some(
    (next) =>
      next.invokedAt <= firstReturn &&
      (next.kind === "write" || next.value === state) &&
      someOrderExplains(
        left.filter((other) => other !== next),
        next.value,
      ),
  );
}
