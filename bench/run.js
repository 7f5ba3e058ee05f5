/** `npm run bench`: every benchmark in real browsers, a table for people and a line of JSON for each figure. */
import { cpus } from "node:os";
import process from "node:process";
import { BENCHMARKS } from "./benchmarks/all.js";
import { findBrowser } from "../e2e/browser/find-browser.js";
import { Bench } from "./runner/bench.js";
import { BrowserPair } from "./runner/browser-pair.js";
import { jsonLine, table } from "./runner/figures.js";
import { optionsFrom, usage } from "./runner/options.js";
import { startServers } from "./runner/servers.js";

const NAMES = BENCHMARKS.map(({ name }) => name);

async function main() {
  const { help, quick, only } = optionsFrom(process.argv.slice(2), NAMES);
  if (help) return console.log(usage(NAMES));
  const servers = await startServers();
  /** @type {import("./runner/figures.js").Figure[]} */
  const figures = [];
  try {
    for (const benchmark of BENCHMARKS.filter(({ name }) => only === undefined || name === only)) {
      console.error(benchmark.name);
      figures.push(...(await figuresOf(benchmark, servers, quick)));
    }
  } finally {
    await servers.close();
  }
  console.log(`\n${table(figures)}\n`);
  console.log(`${findBrowser()?.version}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
  if (quick) console.log("A smoke run: sizes are small and rounds are one, so the figures mean nothing.");
  for (const figure of figures) console.log(jsonLine(figure, quick));
}

/**
 * In browsers of its own, if in any. One that fails does not keep the others from running.
 *
 * @param {import("./runner/bench.js").Benchmark} benchmark
 * @param {import("./runner/servers.js").Servers} servers
 * @param {boolean} quick
 */
async function figuresOf(benchmark, servers, quick) {
  const browsers = benchmark.browsers === false ? undefined : await BrowserPair.launch();
  try {
    return await benchmark.run(new Bench({ quick, servers, browsers, progress: (text) => console.error(text) }));
  } catch (error) {
    console.error(`${benchmark.name} failed:`, error);
    process.exitCode = 1;
    return [];
  } finally {
    await browsers?.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
