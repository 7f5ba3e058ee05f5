/**
 * `npm test`: everything that must pass, part by part, each also when an earlier one failed, and a closing line with
 * the sum of all tests. Exits non-zero when any part failed. With `--long` (`npm run test:long`): what takes too long for that.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Counts
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} command Run by a shell, without which Windows finds no `npm`.
 * @property {Readonly<Record<string, string>>} [env] Beside the environment's.
 * @property {(report: any) => Counts} [count] Reads the JSON report of a part that runs tests.
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
    count: vitestCounts,
  },
  { name: "sim", command: "npm run sim -- --seeds 2000" },
  { name: "consumer", command: "npm run consumer -- --reporter=list,json", count: playwrightCounts },
  { name: "e2e", command: "npm run e2e -- --reporter=list,json", count: playwrightCounts },
  { name: "bench", command: "npm run bench -- --quick" },
];

/** @type {readonly Part[]} */
const LONG_PARTS = [
  {
    name: "sleep",
    // Some 15 s in `npm test`.
    env: { VECMESH_SLEEP_MS: "60000" },
    command: "npm run e2e -- sleep.spec.ts --reporter=list,json",
    count: playwrightCounts,
  },
  {
    name: "fuzz",
    // 20,000 inputs in `npm test`, a million here.
    env: { VECMESH_FUZZ_SCALE: "50" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("fuzz")}" fuzz.test.ts lies.test.ts`,
    count: vitestCounts,
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
    count: playwrightCounts,
  },
  {
    name: "sink",
    // 5 kills from outside in `npm test`.
    env: { VECMESH_SINK_KILLS: "50" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("sink")}" sink/kill.test.ts`,
    count: vitestCounts,
  },
  {
    name: "collection",
    // 30,000 writes and deletes in `npm test`.
    env: { VECMESH_COLLECTED_OPERATIONS: "1000000" },
    command: `vitest run --project node --reporter=default --reporter=json --outputFile.json="${reportOf("collection")}" collected-store.test.ts`,
    count: vitestCounts,
  },
];

/** @param {string} name */
function reportOf(name) {
  return join(REPORTS, `${name}.json`);
}

/**
 * @param {any} report
 * @returns {Counts}
 */
function vitestCounts({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

/**
 * @param {any} report
 * @returns {Counts} A test that passed only when tried again counts as failed: it is flaky.
 */
function playwrightCounts({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/**
 * @param {Part} part
 * @returns {{ readonly succeeded: boolean, readonly counts: Counts }}
 */
function run({ name, command, env, count }) {
  const { status } = spawnSync(command, {
    cwd: ROOT,
    shell: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf(name) },
  });
  const none = { passed: 0, failed: 0, skipped: 0 };
  if (!count) return { succeeded: status === 0, counts: none };
  if (!existsSync(reportOf(name))) {
    console.error(`${name} ended without a report of its tests.`);
    return { succeeded: false, counts: none };
  }
  const counts = count(JSON.parse(readFileSync(reportOf(name), "utf8")));
  return { succeeded: status === 0 && counts.failed === 0 && counts.passed > 0, counts };
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };
const outcomes = [];
for (const part of process.argv.includes("--long") ? LONG_PARTS : PARTS) {
  console.log(`\n=== ${part.name}: ${part.command}`);
  const startedAt = Date.now();
  const { succeeded, counts } = run(part);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  outcomes.push(`${succeeded ? "ok    " : "FAILED"} ${part.name}, ${seconds} s`);
  if (!succeeded) process.exitCode = 1;
}
console.log(["", ...outcomes].join("\n"));
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
