import { afterEach, expect, test, vi } from "vitest";
import { MISTAKES } from "./mistakes.ts";

/** Seeds that a mistake may survive: a CI run has no fewer. */
const SEEDS_AT_MOST = 60;

afterEach(() => {
  for (const { module } of MISTAKES) vi.doUnmock(module);
  vi.resetModules();
});

test.each(MISTAKES)("$rule: it is found out when $name", { timeout: 120_000 }, async ({ module, plant }) => {
  vi.resetModules();
  vi.doMock(module, async (importRight) => {
    const right = await importRight<object>();
    return { ...right, ...plant(right as never) };
  });
  const { run } = await import("./run.ts");
  let seed = 1;
  while (seed <= SEEDS_AT_MOST && (await run(seed)).violations.length === 0) seed++;
  expect(seed).toBeLessThanOrEqual(SEEDS_AT_MOST);
});
