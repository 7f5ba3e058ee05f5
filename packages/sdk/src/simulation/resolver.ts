import { crdtWith } from "../adapters/yjs/crdt.ts";
import { type ConflictResolution, custom, lastWriteWins, vectorClock } from "../core/conflict-resolution.ts";

/** A run's documents do not grow long: theirs have a new generation as soon as they can (C11). */
const LONG_BYTES = 200;

export type Mode = "last-write-wins" | "vector-clock" | "custom" | "crdt";

/** The custom resolver is neither commutative nor associative: resolve([a, b]) differs from resolve([b, a]), and grouping shows. */
export function resolutionFor(mode: Mode): ConflictResolution {
  if (mode === "last-write-wins") return lastWriteWins();
  if (mode === "vector-clock") return vectorClock();
  if (mode === "crdt")
    return crdtWith(
      { fields: { body: "text", tags: "list", likes: "counter" } },
      (_document, bytes) => bytes > LONG_BYTES,
    );
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

/** Whether an id shows what one of its writes has said, so that reads can be put in order with writes (Q9). */
export function shownIsOneWrite(mode: Mode): boolean {
  return mode === "last-write-wins" || mode === "vector-clock";
}
