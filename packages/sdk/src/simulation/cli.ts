import { availableParallelism } from "node:os";
import { isMainThread } from "node:worker_threads";
import { parseArgs } from "node:util";
import { meshReport } from "./mesh/mesh-report.ts";
import { MeshRun } from "./mesh/mesh-run.ts";
import { run } from "./run.ts";
import { runAll, type Series, serveRuns } from "./jobs.ts";
import { spawnSync } from "node:child_process";
import { Summary } from "./summary.ts";
import { traceExcerpt } from "./trace-excerpt.ts";

const USAGE = `Usage: npm run sim -- [options]
  --seeds NUMBER  how many runs (default 200)
  --seed NUMBER   the first one's seed (default 1)
  --jobs NUMBER   how many run at once (default: the number of processors)
  --trace         print every event of every run; without it, what matters of the runs that fail
  --mesh NUMBER   instead: a mesh of so many replicas, how its connections look and what becomes of writes in it (T7)
  --mistakes      instead: how many seeds, from seed 1, it takes to find out each planted mistake`;

/** In each of a mesh's measurements. */
const MESH_WRITES = 5;

/** Runs that fail and are shown in full; of others, only what they broke. */
const MAX_EXCERPTS = 5;

/** The mistakes replace modules, which takes a test runner. */
function measureMistakes(): number {
  const args = ["vitest", "run", "--project", "node", "--reporter=dot", "packages/sdk/src/simulation/mistakes"];
  const env = { ...process.env, SIMULATION_MEASURE_MISTAKES: "1" };
  return spawnSync("npx", args, { stdio: "inherit", env }).status ?? 1;
}

async function measureMesh(seed: number, replicas: number): Promise<number> {
  await new MeshRun({ seed, replicas, writes: MESH_WRITES, measured: (part) => print(...meshReport(part)) }).measure();
  return 0;
}

async function runSeries(series: Series): Promise<number> {
  const summary = new Summary();
  for await (const result of runAll(series, new URL(import.meta.url))) {
    const { seed, violations } = result;
    summary.add(result);
    if (series.trace) for (const line of result.trace) print(line);
    if (violations.length === 0) continue;
    print(...violations.map((violation) => `seed ${seed}: ${violation}`));
    if (!series.trace && summary.failed <= MAX_EXCERPTS)
      print(...traceExcerpt((await run(seed, { trace: true })).trace, violations));
    print(`replay: npm run sim -- --seed ${seed} --seeds 1 --trace`, "");
  }
  print(summary.text());
  return summary.failed === 0 && summary.missing.length === 0 ? 0 : 1;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${text} is no positive whole number.\n${USAGE}`);
  return number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: String(availableParallelism()) },
      trace: { type: "boolean", default: false },
      mesh: { type: "string" },
      mistakes: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  if (values.mistakes) return measureMistakes();
  if (values.mesh !== undefined) return measureMesh(wholeNumber(values.seed), wholeNumber(values.mesh));
  return runSeries({
    first: wholeNumber(values.seed),
    count: wholeNumber(values.seeds),
    jobs: wholeNumber(values.jobs),
    trace: values.trace,
  });
}

if (isMainThread) process.exitCode = await main();
else serveRuns();
