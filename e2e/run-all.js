/**
 * `npm test`: everything that must pass, part by part, each also when an earlier one failed; at the end the tests that
 * failed, once more, and a line with the sum of all. Exits non-zero when any part failed. With `--long` (`npm run test:long`): what takes too long for that.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readPlaywrightReport, readVitestReport } from "./test-report.js";

/**
 * @typedef {import("./test-report.js").Outcome} Outcome
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} command Run by a shell, without which Windows finds no `npm`.
 * @property {Readonly<Record<string, string>>} [env] Beside the environment's.
 * @property {(report: any) => Outcome} [read] Reads the JSON report of a part that runs tests.
 */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REPORTS = join(ROOT, "test-results");

/** @type {readonly Part[]} */
const PARTS = [
  { name: "browser", command: "node e2e/browser/ensure-browser.js" },
  { name: "firefox", command: "node e2e/system/ensure-firefox.js" },
  { name: "redis", command: "node e2e/system/ensure-redis.js" },
  { name: "postgresql", command: "node e2e/system/ensure-postgresql.js" },
  { name: "coturn", command: "node e2e/system/ensure-coturn.js" },
  { name: "networks", command: "node e2e/system/ensure-network-namespaces.js" },
  { name: "check", command: "npm run check" },
  {
    name: "unit",
    command: `npm run unit -- --reporter=default --reporter=json --outputFile.json="${reportOf("unit")}"`,
    read: readVitestReport,
  },
  { name: "sim", command: "npm run sim -- --seeds 2000" },
  { name: "consumer", command: "npm run consumer -- --reporter=list,json", read: readPlaywrightReport },
  { name: "e2e", command: "npm run e2e -- --reporter=list,json", read: readPlaywrightReport },
  { name: "bench", command: "npm run bench -- --quick" },
];

/** @type {readonly Part[]} */
const LONG_PARTS = [
  {
    name: "sleep",
    // Some 15 s in `npm test`.
    env: { VECMESH_SLEEP_MS: "60000" },
    command: "npm run e2e -- sleep.spec.ts --reporter=list,json",
    read: readPlaywrightReport,
  },
  {
    name: "fuzz",
    // 20,000 inputs in `npm test`, a million here.
    env: { VECMESH_FUZZ_SCALE: "50" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("fuzz")}" fuzz.test.ts lies.test.ts`,
    read: readVitestReport,
  },
  {
    name: "hostile",
    // Some seconds in `npm test`, a minute here; fails when the signaling server ends, cuts honest clients off or takes too much memory.
    command: "npm run bench -- --only signaling-hostile",
  },
  {
    name: "edge",
    // 5 kills in `npm test`.
    env: { VECMESH_EDGE_KILLS: "50" },
    command: 'npm run e2e -- --reporter=list,json --grep "killed .* times amid" edge-replica',
    read: readPlaywrightReport,
  },
  {
    name: "sink",
    // 5 kills from outside in `npm test`.
    env: { VECMESH_SINK_KILLS: "50" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("sink")}" sink/kill.test.ts`,
    read: readVitestReport,
  },
  {
    name: "collection",
    // 30,000 writes and deletes in `npm test`.
    env: { VECMESH_COLLECTED_OPERATIONS: "1000000" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("collection")}" collected-store.test.ts`,
    read: readVitestReport,
  },
];

/** @param {string} name */
function reportOf(name) {
  return join(REPORTS, `${name}.json`);
}

/**
 * @param {Part} part
 * @returns {Outcome & { readonly succeeded: boolean }}
 */
function run({ name, command, env, read }) {
  const { status } = spawnSync(command, {
    cwd: ROOT,
    shell: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf(name) },
  });
  const none = { passed: 0, failures: [], skipped: 0 };
  if (!read) return { succeeded: status === 0, ...none };
  if (!existsSync(reportOf(name))) {
    console.error(`${name} ended without a report of its tests.`);
    return { succeeded: false, ...none };
  }
  const outcome = read(JSON.parse(readFileSync(reportOf(name), "utf8")));
  return { succeeded: status === 0 && outcome.failures.length === 0 && outcome.passed > 0, ...outcome };
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
let [passed, skipped] = [0, 0];
const failures = [];
const parts = [];
for (const part of process.argv.includes("--long") ? LONG_PARTS : PARTS) {
  console.log(`\n=== ${part.name}: ${part.command}`);
  const startedAt = Date.now();
  const outcome = run(part);
  passed += outcome.passed;
  skipped += outcome.skipped;
  failures.push(...outcome.failures);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  parts.push(`${outcome.succeeded ? "ok    " : "FAILED"} ${part.name}, ${seconds} s`);
  if (!outcome.succeeded) process.exitCode = 1;
}
console.log(["", ...failures, "", ...parts].join("\n"));
console.log(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
