import process from "node:process";
import { test } from "vitest";

import { SeededRandom } from "../simulation/random.ts";

/** One decoder under fire. */
export interface FuzzTarget<I> {
  /** Its share of the 20,000 inputs that all targets together get in CI. */
  readonly inputs: number;
  generate(random: SeededRandom): I;
  /** Throws when the decoder did what it must not. */
  check(input: I): void;
  /** As a test that keeps the input would write it. */
  print(input: I): string;
}

/** `npm run test:long` sets 50: a million inputs in all. */
const SCALE = Number(process.env["VECMESH_FUZZ_SCALE"] ?? 1);
const SEED = Number(process.env["VECMESH_FUZZ_SEED"] ?? 1);
/** Only this one of the seed's inputs, as a failure names it. */
const ONLY: string | undefined = process.env["VECMESH_FUZZ_INPUT"];
/** Between two of these the runner gets a word in: a worker that is silent for a minute is taken for dead. */
const INPUTS_AT_ONCE = 2_000;

/** Each input comes from the seed and its own number alone, so that a failure can be replayed by itself. */
export function fuzz<I>(name: string, target: FuzzTarget<I>): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the targets name themselves, and check
  test(name, { timeout: SCALE * 60_000 }, async () => {
    const first = ONLY === undefined ? 0 : Number(ONLY);
    const end = ONLY === undefined ? target.inputs * SCALE : first + 1;
    for (let number = first; number < end; number++) {
      attempt(target, number);
      if (number % INPUTS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  });
}

function attempt<I>(target: FuzzTarget<I>, number: number): void {
  const input = target.generate(new SeededRandom(SEED * 2 ** 32 + number));
  try {
    target.check(input);
    // P8: whatever was decoded, no object has got a member that it was not given.
    for (const key in {}) throw new Error(`Object.prototype has a member ${key}`);
  } catch (cause) {
    const replay = `VECMESH_FUZZ_SEED=${SEED} VECMESH_FUZZ_INPUT=${number}`;
    throw new Error(`${String(cause)}\nReplay with ${replay}. The input:\n${target.print(input)}`, { cause });
  }
}
