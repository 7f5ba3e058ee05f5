import { describe, expect, it } from "vitest";

import { contextFault, MAX_TAKEN_INTERVALS, MAX_TAKEN_ORIGINS } from "./context-fault.ts";
import { CausalContext } from "./causal-context.ts";
import { encodeMessage } from "./codec/frames.ts";
import type { Origin } from "./node-id.ts";
import type { StoredVersion } from "./version.ts";

const originOf = (n: number): Origin => n.toString(16).padStart(16, "0") as Origin;

function origins(first: number, count: number): CausalContext {
  return CausalContext.of(Array.from({ length: count }, (_, i) => [originOf(first + i), [1, 1]] as const));
}

function gaps(count: number): CausalContext {
  return CausalContext.of([[originOf(0), Array.from({ length: 2 * count }, (_, i) => 1 + 2 * (i >> 1))]]);
}

const version = (n: number): StoredVersion => ({
  id: "x",
  dot: { origin: originOf(n), seq: 1 },
  context: new Map(),
  hlc: { wallMs: 0, counter: 0 },
  tombstone: true,
  vector: new Float32Array(0),
  metadata: {},
});
const sessionEnd = (context: CausalContext) =>
  ({ type: "session-end", session: 1, outcome: "complete", context, horizon: CausalContext.EMPTY }) as const;

describe("P8: a context that is full takes no more", () => {
  const full = origins(0, MAX_TAKEN_ORIGINS);

  it("origins", () => {
    expect(contextFault(sessionEnd(origins(0, 100)), full)).toBeUndefined();
    expect(contextFault(sessionEnd(origins(MAX_TAKEN_ORIGINS, 1)), full)).toContain("more origins");
    for (const type of ["push", "batch"] as const) {
      const message = {
        type,
        ack: undefined,
        session: 1,
        index: 0,
        versions: [version(1), version(MAX_TAKEN_ORIGINS)],
      };
      expect(contextFault(message, full)).toContain("more origins");
      expect(contextFault({ ...message, versions: [version(1)] }, full)).toBeUndefined();
    }
  });

  it("gaps", () => {
    const full = gaps(MAX_TAKEN_INTERVALS);
    expect(contextFault(sessionEnd(origins(0, 1)), full)).toContain("more gaps");
    expect(contextFault({ type: "push", ack: undefined, versions: [version(0)] }, full)).toContain("more gaps");
    expect(contextFault(sessionEnd(gaps(100)), gaps(MAX_TAKEN_INTERVALS - 100))).toBeUndefined();
  });

  it("and can still be told in one frame", () => {
    expect(() => encodeMessage(sessionEnd(full), { compress: false })).not.toThrow();
    expect(() => encodeMessage(sessionEnd(gaps(MAX_TAKEN_INTERVALS)), { compress: false })).not.toThrow();
  });
});
