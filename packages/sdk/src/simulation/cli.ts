import { parseArgs } from "node:util";
import { run } from "./run.ts";
import { spawnSync } from "node:child_process";
import { Summary } from "./summary.ts";

const USAGE = `Usage: npm run sim -- [options]
  --seeds NUMBER  how many runs (default 200)
  --seed NUMBER   the first one's seed (default 1)
  --trace         print every event of every run
  --mistakes      instead: how many seeds, from seed 1, it takes to find out each planted mistake`;

/** The mistakes replace modules, which takes a test runner. */
function measureMistakes(): number {
  const args = ["vitest", "run", "--project", "node", "--reporter=dot", "packages/sdk/src/simulation/mistakes"];
  const env = { ...process.env, SIMULATION_MEASURE_MISTAKES: "1" };
  return spawnSync("npx", args, { stdio: "inherit", env }).status ?? 1;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${text} is no positive whole number.\n${USAGE}`);
  return number;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
    mistakes: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else if (values.mistakes) {
  process.exitCode = measureMistakes();
} else {
  const first = wholeNumber(values.seed);
  const summary = new Summary();
  for (let seed = first; seed < first + wholeNumber(values.seeds); seed++) {
    const result = await run(seed, { trace: values.trace });
    summary.add(result);
    if (values.trace) process.stdout.write(`${result.trace.join("\n")}\n`);
    for (const violation of result.violations) process.stdout.write(`seed ${seed}: ${violation}\n`);
    if (result.violations.length > 0) process.stdout.write(`replay: npm run sim -- --seed ${seed} --seeds 1 --trace\n`);
  }
  process.stdout.write(`${summary.text()}\n`);
  process.exitCode = summary.failed === 0 ? 0 : 1;
}
