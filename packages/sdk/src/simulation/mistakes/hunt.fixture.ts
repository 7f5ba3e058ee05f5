import { afterAll, afterEach, expect, test, vi } from "vitest";
import type { Mistake, Search } from "./mistake.ts";
import { kindOf } from "../kinds-of-runs.ts";
import { MemoryOracle } from "../memory-oracle.fixture.ts";
import { OUTSIDE_OF_THE_RULES } from "../run.ts";

/** Runs that a mistake may survive in a test run. */
const RUNS_AT_MOST = 60;
/** Runs that it may survive when the search begins at seed 1. */
const MEASURED_RUNS_AT_MOST = 5000;
const MEASURED_HOURS_AT_MOST = 2;

/** Whether to begin at seed 1 whatever a mistake says, and to print how many seeds each takes: `npm run sim -- --mistakes`. */
const isMeasured: boolean = process.env["SIMULATION_MEASURE_MISTAKES"] === "1";

interface Find {
  readonly seeds: number;
  readonly violation: string | undefined;
  /** What came instead. */
  readonly exception: string | undefined;
}

/**
 * Tests that the simulator finds each mistake by a promise or a rule that is broken. An exception does not count: a variant that no
 * longer fits the module that it replaces finds nothing out.
 */
export function huntEach(mistakes: readonly Mistake[]): void {
  const table: string[] = [];

  afterEach(() => {
    for (const { module } of mistakes) vi.doUnmock(pathOf(module));
    vi.resetModules();
  });

  afterAll(() => {
    if (isMeasured) process.stdout.write(`${table.join("\n")}\n`);
  });

  const timeout = isMeasured ? MEASURED_HOURS_AT_MOST * 3_600_000 : 300_000;
  test.each(mistakes.map((mistake) => [titleOf(mistake), mistake] as const))(
    "%s",
    { timeout },
    async (_title, mistake) => {
      const { search } = mistake;
      const find = isMeasured
        ? await hunt(mistake, { ...search, from: 1 }, MEASURED_RUNS_AT_MOST)
        : await hunt(mistake, search, RUNS_AT_MOST);
      expect(find.violation, `not found in ${find.seeds} seeds; ${find.exception ?? "no exception"}`).toBeDefined();
      table.push(`| ${mistake.name} | ${mistake.rule} | ${find.seeds} | ${find.violation} |`);
    },
  );
}

function titleOf({ name, rule, search: { from, took } }: Mistake): string {
  const search = took === undefined ? "" : ` (from seed ${from ?? 1}; ${took} seeds from seed 1)`;
  return `${rule}: it is found out when ${name}${search}`;
}

async function hunt(
  { module, plant }: Mistake,
  { from = 1, among, looksIntoMemory = false }: Search,
  atMost: number,
): Promise<Find> {
  vi.resetModules();
  vi.doMock(pathOf(module), async (importRight) => {
    const right = await importRight<object>();
    return { ...right, ...plant(right as never) };
  });
  const { run } = await import("../run.ts");
  let exception: string | undefined;
  let seed = from - 1;
  for (let runs = 0; runs < atMost; runs++) {
    seed = firstOfKind(among, seed + 1);
    const memory = new MemoryOracle();
    const { violations: broken } = await run(seed, looksIntoMemory ? memory : {});
    const violations = [...broken, ...memory.excesses];
    const found = violations.find((violation) => !violation.startsWith(OUTSIDE_OF_THE_RULES));
    if (found !== undefined) return { seeds: seed - from + 1, violation: gist(found), exception };
    exception ??= violations[0];
  }
  return { seeds: seed - from + 1, violation: undefined, exception };
}

function firstOfKind(kind: Search["among"], from: number): number {
  if (kind === undefined) return from;
  let seed = from;
  while (kindOf(seed) !== kind) seed++;
  return seed;
}

/** The beginning of a violation, without what differs from run to run. */
function gist(violation: string): string {
  return (violation.split("\n", 1)[0] ?? "").replaceAll(/[0-9a-f]{8,}/g, "…").slice(0, 100);
}

function pathOf(module: string): string {
  return `../../${module}`;
}
