import { parseArgs } from "node:util";

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} quick A smoke run: small sizes and one round; whether everything works, not how fast.
 * @property {string | undefined} only The one benchmark to run.
 */

/**
 * @param {readonly string[]} names of all benchmarks
 * @returns {string}
 */
export function usage(names) {
  return [
    "Usage: npm run bench -- [options]",
    "  --quick      a smoke run: small sizes, one round; its figures mean nothing",
    "  --only NAME  one benchmark:",
    ...names.map((name) => `                 ${name}`),
  ].join("\n");
}

/**
 * @param {string[]} args
 * @param {readonly string[]} names of all benchmarks
 * @returns {Options}
 * @throws {Error} that says what was wrong, and the usage
 */
export function optionsFrom(args, names) {
  const { values } = parse(args, names);
  const { help, quick, only } = values;
  if (only !== undefined && !names.includes(only)) throw new Error(`There is no benchmark ${only}.\n${usage(names)}`);
  return { help, quick, only };
}

/** @param {string[]} args @param {readonly string[]} names */
function parse(args, names) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        only: { type: "string" },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage(names)}`, { cause: error });
  }
}
