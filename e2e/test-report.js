/**
 * What a part's JSON report says: how many tests passed, and which failed, with the beginning of what they said and printed.
 *
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {readonly string[]} failures Where the test is, its name, and the first lines of its error and of what it printed.
 * @property {number} skipped
 */

/** As many as name what was expected and what came instead; the whole is in the part's own output. */
const ERROR_LINES = 12;
/** What two pages know. */
const PRINTED_LINES = 40;
// oxlint-disable-next-line no-control-regex -- Errors come coloured.
const COLOURS = /\u001b\[[0-9;]*m/g;

/**
 * @param {any} report As vitest's JSON reporter writes it.
 * @returns {Outcome} A file that could not be run at all is one failure.
 */
export function readVitestReport({ numPassedTests, numPendingTests, numTodoTests, testResults }) {
  const failures = [];
  for (const { name, message, status, assertionResults } of testResults) {
    const failed = assertionResults.filter((/** @type {any} */ test) => test.status === "failed");
    for (const { fullName, failureMessages } of failed) failures.push(failure(name, fullName, failureMessages[0]));
    if (status === "failed" && failed.length === 0) failures.push(failure(name, "the file itself", message));
  }
  return { passed: numPassedTests, failures, skipped: numPendingTests + numTodoTests };
}

/**
 * @param {any} report As Playwright's JSON reporter writes it.
 * @returns {Outcome} A test that passed only when tried again counts as failed: it is flaky.
 */
export function readPlaywrightReport({ stats, suites, errors }) {
  const failures = errors.map((/** @type {any} */ error) => failure("", "outside any test", error.message));
  for (const { file, line, title, tests } of suites.flatMap(specsOf)) {
    for (const { status, projectName, results } of tests) {
      if (status !== "unexpected" && status !== "flaky") continue;
      const failed = results.find((/** @type {any} */ result) => result.error);
      const printed = failed?.stdout.map((/** @type {any} */ { text }) => text ?? "").join("");
      failures.push(failure(`${file}:${line}`, `${title} (${projectName})`, failed?.error.message, printed));
    }
  }
  return { passed: stats.expected, failures, skipped: stats.skipped };
}

/**
 * @param {any} suite
 * @returns {any[]}
 */
function specsOf({ specs, suites = [] }) {
  return [...specs, ...suites.flatMap(specsOf)];
}

/**
 * @param {string} place
 * @param {string} name
 * @param {string} [error]
 * @param {string} [printed] By the test.
 */
function failure(place, name, error = "no error was reported", printed = "") {
  const first = (/** @type {string} */ text, /** @type {number} */ count) => text.split("\n").slice(0, count);
  const lines = [...first(error.replaceAll(COLOURS, ""), ERROR_LINES), ...first(printed.trimEnd(), PRINTED_LINES)];
  return [`${place} ${name}`.trim(), ...lines.map((line) => `    ${line}`.trimEnd())].join("\n");
}
