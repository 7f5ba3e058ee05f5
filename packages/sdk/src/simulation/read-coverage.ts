import type { DotName } from "./stored-image.ts";
import type { LineageId } from "../core/node-id.ts";

/** A read at `quorum` of one id, with all that it came to know. */
export interface CoveringRead {
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly lineage: LineageId;
  /** The dots of the siblings that it returned, and those that these had seen. */
  readonly covers: ReadonlySet<DotName>;
  /** The part of that which its caller can tell. */
  readonly told: ReadonlySet<DotName>;
}

/** A write at `quorum` of that id, ordered or not. */
export interface CoveredWrite {
  readonly dot: DotName;
  readonly acknowledgedAt: number;
  readonly lineage: LineageId;
}

/**
 * What holds for sets of siblings, and so in every conflict mode (Q9): a read covers every write that was acknowledged in its lineage, and
 * all that another read there has told, before it began. Returns what is wrong, or `undefined`.
 */
export function findUncovered(reads: readonly CoveringRead[], writes: readonly CoveredWrite[]): string | undefined {
  for (const read of reads) {
    for (const { dot, acknowledgedAt, lineage } of writes)
      if (lineage === read.lineage && acknowledgedAt < read.invokedAt && !read.covers.has(dot))
        return `a read called at ${read.invokedAt} does not cover ${dot}, acknowledged at ${acknowledgedAt}`;
    for (const earlier of reads) {
      if (earlier.lineage !== read.lineage || earlier.returnedAt >= read.invokedAt) continue;
      const missed = [...earlier.told].find((dot) => !read.covers.has(dot));
      if (missed !== undefined)
        return `a read called at ${read.invokedAt} does not cover ${missed}, which one that returned at ${earlier.returnedAt} did`;
    }
  }
  return undefined;
}
