/**
 * The demo's own merge: every different line of every version, once, in the order of the versions. Nothing that anybody wrote is
 * lost, and a line that several versions share is not repeated.
 */
export function mergeTexts(texts: readonly string[]): string {
  const lines = texts.flatMap((text) => text.split("\n").map((line) => line.trimEnd()));
  return [...new Set(lines)].filter((line) => line !== "").join("\n");
}
