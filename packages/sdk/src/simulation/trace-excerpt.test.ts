import { describe, expect, it } from "vitest";
import { traceExcerpt } from "./trace-excerpt.ts";

const plan = "      0.00 {}";

describe("an excerpt of a trace", () => {
  it("keeps the plan, faults, processes and what names the dots of the violation", () => {
    const trace = [
      plan,
      "      1.00 r0 opens",
      "      2.00 r0 -> r1 push put x 0123/1 over []",
      "      3.00 r0 -> r1 push put x 4567/1 over []",
      "      4.00 -- crash (r1)",
    ];
    expect(traceExcerpt(trace, ["lost: write 0123456789abcdef/1 of x"])).toEqual(trace.filter((_, i) => i !== 3));
  });

  it("keeps what a machine did from the call on that was not answered", () => {
    const trace = [plan, "     10.00 r1 get x: done", "     20.00 r1 -> r0 digest 1", "     21.00 r0 -> r2 digest 1"];
    expect(traceExcerpt(trace, ["P4: r1: write x, called at 20, has not been answered"])).toEqual([plan, trace[2]]);
  });

  it("leaves out the middle of what is long", () => {
    const trace = Array.from({ length: 1000 }, (_, i) => `${i}.00 -- crash (r0)`);
    const excerpt = traceExcerpt(trace, ["lost"]);
    expect(excerpt.length).toBe(121);
    expect(excerpt[20]).toContain("880 more");
    expect(excerpt.at(-1)).toBe(trace.at(-1));
  });
});
