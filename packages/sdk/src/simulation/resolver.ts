import { type ConflictResolution, custom, lastWriteWins, vectorClock } from "../core/conflict-resolution.ts";

export type Mode = "last-write-wins" | "vector-clock" | "custom";

/** The custom resolver is neither commutative nor associative: resolve([a, b]) differs from resolve([b, a]), and grouping shows. */
export function resolutionFor(mode: Mode): ConflictResolution {
  if (mode === "last-write-wins") return lastWriteWins();
  if (mode === "vector-clock") return vectorClock();
  return custom(
    (siblings) => ({
      vector: siblings.reduce(
        (sum, { vector }, i) => sum.map((component, j) => component / 2 - (i + 1) * (vector[j] ?? 0)),
        new Float32Array(siblings[0]?.vector.length ?? 0),
      ),
      metadata: { of: siblings.map(({ metadata }) => metadata).reduce((left, right) => ({ left, right })) },
    }),
    { version: "1" },
  );
}
