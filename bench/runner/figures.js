/**
 * @typedef {object} Figure
 * @property {string} bench
 * @property {number} ours
 * @property {number | null} reference `null`: the reference did not get there
 * @property {string} unit of both
 * @property {"higher" | "lower"} better
 * @property {string} against What the reference is.
 * @property {readonly string[]} notes For people.
 */

/**
 * The line for programs.
 *
 * @param {Figure} figure
 * @param {boolean} quick
 */
export function jsonLine({ bench, ours, reference, unit, better, notes }, quick) {
  const ratio = reference === null ? null : rounded(ours / reference);
  return JSON.stringify({
    bench,
    ours: rounded(ours),
    reference: reference === null ? null : rounded(reference),
    ratio,
    unit,
    better,
    ...(notes.length > 0 && { note: notes.join("; ") }),
    ...(quick && { quick }),
  });
}

/**
 * The table for people.
 *
 * @param {readonly Figure[]} figures
 */
export function table(figures) {
  const head = ["benchmark", "ours", "reference", "ratio", "better", "against"];
  const rows = figures.map(({ bench, ours, reference, unit, better, against }) => [
    bench,
    `${readable(ours)} ${unit}`,
    reference === null ? "not finished" : `${readable(reference)} ${unit}`,
    reference === null ? "-" : readable(ours / reference),
    better,
    against,
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  /** @param {readonly string[]} row */
  const line = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const notes = figures.flatMap(({ bench, notes: said }) => said.map((note) => `${bench}: ${note}`));
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** @param {number} value */
export function readable(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, useGrouping: false });
}

/** More digits than any of these measurements is worth. @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(6));
}
