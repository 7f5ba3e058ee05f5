import { expect, it } from "vitest";
import { MemoryOracle } from "./memory-oracle.fixture.ts";
import { run } from "./run.ts";

const SEEDS = 12;

it(
  `a replica keeps nothing of what it did when it is done (P8), as ${SEEDS} rooms show`,
  { timeout: 240_000 },
  async () => {
    const excesses: string[] = [];
    let looked = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const oracle = new MemoryOracle();
      await run(seed, oracle);
      looked += oracle.looked;
      for (const excess of oracle.excesses) excesses.push(`seed ${seed}: ${excess}`);
    }
    expect(looked).toBeGreaterThan(1000);
    expect(excesses).toEqual([]);
  },
);
