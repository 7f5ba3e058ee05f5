import { describe, expect, test, vi } from "vitest";
import { MAX_REFUSALS, retried } from "./retry.ts";
import { SinkError, type SinkErrorCode } from "./sink-error.ts";

const waited = vi.hoisted(() => [] as number[]);
vi.mock("node:timers/promises", () => ({
  setTimeout: async (delayMs: number, value: unknown, { signal }: { readonly signal: AbortSignal }) => {
    signal.throwIfAborted();
    waited.push(delayMs);
    return value;
  },
}));

/** Fails with these one after the other, and then gives "done". */
function failing(...codes: readonly SinkErrorCode[]): { readonly attempt: () => Promise<string>; attempts: number } {
  const rest = [...codes];
  const counted = {
    attempts: 0,
    attempt: async () => {
      counted.attempts++;
      const code = rest.shift();
      if (code !== undefined) throw new SinkError(code, code);
      return "done";
    },
  };
  return counted;
}

function options(maxRefusals: number, signal: AbortSignal = new AbortController().signal) {
  waited.length = 0;
  const told: number[] = [];
  return { told, maxRefusals, signal, onFailure: (_: SinkError, delayMs: number) => void told.push(delayMs) };
}

describe("attempts", () => {
  test("are made for ever on what cannot be reached, after delays that grow to half a minute", async () => {
    const { attempt } = failing(...Array.from({ length: 100 }, () => "unreachable" as const));
    const asked = options(1);
    expect(await retried(attempt, asked)).toBe("done");
    expect(waited.length).toBe(100);
    expect(asked.told).toEqual(waited);
    expect(waited[0]).toBeLessThanOrEqual(250);
    expect(waited[0]).toBeGreaterThanOrEqual(125);
    for (const delayMs of waited.slice(10)) expect(delayMs).toBeGreaterThanOrEqual(15_000);
    for (const delayMs of waited) expect(delayMs).toBeLessThanOrEqual(30_000);
  });

  test("end after so many refusals in a row, and not after as many with something else between them", async () => {
    const refusals = Array.from({ length: MAX_REFUSALS }, () => "refused" as const);
    const all = failing(...refusals);
    await expect(retried(all.attempt, options(MAX_REFUSALS))).rejects.toMatchObject({ code: "refused" });
    expect(all.attempts).toBe(MAX_REFUSALS);
    const parted = failing(...refusals.slice(1), "unreachable", ...refusals.slice(1));
    expect(await retried(parted.attempt, options(MAX_REFUSALS))).toBe("done");
  });

  test("end at once where another has taken over, and on what is no failure of a target", async () => {
    const taken = failing("taken-over");
    await expect(retried(taken.attempt, options(MAX_REFUSALS))).rejects.toMatchObject({ code: "taken-over" });
    expect(taken.attempts).toBe(1);
    const bug = new TypeError("a mistake");
    await expect(retried(() => Promise.reject(bug), options(MAX_REFUSALS))).rejects.toBe(bug);
  });

  test("end with their signal, with what went wrong", async () => {
    const aborting = new AbortController();
    const asked = options(MAX_REFUSALS, aborting.signal);
    const attempt = async (): Promise<never> => {
      if (waited.length === 3) aborting.abort();
      throw new SinkError("unreachable", "away");
    };
    await expect(retried(attempt, asked)).rejects.toMatchObject({ code: "unreachable" });
    expect(waited.length).toBe(3);
  });
});
