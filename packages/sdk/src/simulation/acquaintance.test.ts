import { describe, expect, it } from "vitest";
import { Acquaintance } from "./acquaintance.ts";
import { Streams } from "./streams.ts";

describe("who knows whom in a partial mesh", () => {
  it("is a few for each, mutually, and all reach all, after every change and with one away", () => {
    const acquaintance = new Acquaintance(7, new Streams(1).of("acquaintance"));
    for (let changes = 0; changes < 20; changes++, acquaintance.change()) {
      for (let away = 0; away < 7; away++) {
        const others = [0, 1, 2, 3, 4, 5, 6].filter((n) => n !== away);
        const reached = new Set([others[0]!]);
        for (const a of reached) for (const b of others) if (acquaintance.knows(a, b)) reached.add(b);
        expect(reached).toEqual(new Set(others));
      }
      for (let a = 0; a < 7; a++) {
        const known = [0, 1, 2, 3, 4, 5, 6].filter((b) => b !== a && acquaintance.knows(a, b));
        expect(known.every((b) => acquaintance.knows(b, a))).toBe(true);
        expect(known.length).toBeLessThan(6);
      }
    }
  });

  it("is two of the old for each that comes later", () => {
    const acquaintance = new Acquaintance(5, new Streams(1).of("acquaintance"));
    expect([0, 1, 2, 3, 4].filter((n) => acquaintance.knows(7, n))).toEqual([2, 3]);
  });
});
