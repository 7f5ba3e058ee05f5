import { afterAll, afterEach, expect, test, vi } from "vitest";
import type { Mistake } from "./mistake.ts";
import { OUTSIDE_OF_THE_RULES } from "../run.ts";

/** Seeds that a mistake may survive in a test run. */
const SEEDS_AT_MOST = 60;
/** Seeds that it may survive when the search begins at seed 1. */
const MEASURED_SEEDS_AT_MOST = 5000;
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

  const timeout = isMeasured ? MEASURED_HOURS_AT_MOST * 3_600_000 : 120_000;
  test.each(mistakes.map((mistake) => [titleOf(mistake), mistake] as const))(
    "%s",
    { timeout },
    async (_title, mistake) => {
      const from = isMeasured ? 1 : mistake.from;
      const find = await hunt(mistake, from, isMeasured ? MEASURED_SEEDS_AT_MOST : SEEDS_AT_MOST);
      expect(find.violation, `not found in ${find.seeds} seeds; ${find.exception ?? "no exception"}`).toBeDefined();
      table.push(`| ${mistake.name} | ${mistake.rule} | ${find.seeds} | ${find.violation} |`);
    },
  );
}

function titleOf({ name, rule, from, took }: Mistake): string {
  const search = took === undefined ? "" : ` (from seed ${from}; ${took} seeds from seed 1)`;
  return `${rule}: it is found out when ${name}${search}`;
}

async function hunt({ module, plant }: Mistake, from: number, atMost: number): Promise<Find> {
  vi.resetModules();
  vi.doMock(pathOf(module), async (importRight) => {
    const right = await importRight<object>();
    return { ...right, ...plant(right as never) };
  });
  const { run } = await import("../run.ts");
  let exception: string | undefined;
  for (let seed = from; seed < from + atMost; seed++) {
    const { violations } = await run(seed);
    const found = violations.find((violation) => !violation.startsWith(OUTSIDE_OF_THE_RULES));
    if (found !== undefined) return { seeds: seed - from + 1, violation: gist(found), exception };
    exception ??= violations[0];
  }
  return { seeds: atMost, violation: undefined, exception };
}

/** The beginning of a violation, without what differs from run to run. */
function gist(violation: string): string {
  return (violation.split("\n", 1)[0] ?? "").replaceAll(/[0-9a-f]{8,}/g, "…").slice(0, 100);
}

function pathOf(module: string): string {
  return `../../${module}`;
}
