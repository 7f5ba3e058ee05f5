import { mergeVectors, type VersionVector } from "./version-vector.ts";
import { isDominated, type VersionStamp } from "./version.ts";
import { sameDot } from "./dot.ts";

/** The state of an id: versions of which none dominates another (C5). */
export type Siblings<V extends VersionStamp = VersionStamp> = readonly V[];

/**
 * C5: adds a version to the siblings and drops what is dominated. Commutative, associative and idempotent, in every
 * conflict mode; a sibling never goes because it lost (C9).
 */
export function joinSiblings<V extends VersionStamp>(siblings: Siblings<V>, incoming: V): Siblings<V> {
  let dominated = 0;
  for (const held of siblings) {
    if (sameDot(held.dot, incoming.dot) || isDominated(incoming, held)) return siblings;
    if (isDominated(held, incoming)) dominated++;
  }
  // One look at each and one copy: a peer may send thousands of siblings of one id.
  return [...(dominated > 0 ? siblings.filter((held) => !isDominated(held, incoming)) : siblings), incoming];
}

/** C7: what a new write to this id has seen: the dots **and contexts** of all siblings, so that it dominates them. */
export function contextOver(siblings: Siblings): VersionVector {
  return mergeVectors(
    siblings.map((sibling) => sibling.context),
    siblings.map((sibling) => sibling.dot),
  );
}

/** Whether there is more than one to choose from. */
export function isConflict(siblings: Siblings): boolean {
  let live = 0;
  for (const sibling of siblings) if (!sibling.tombstone && ++live > 1) return true;
  return false;
}

export function liveSiblings<V extends VersionStamp>(siblings: Siblings<V>): Siblings<V> {
  return siblings.filter((sibling) => !sibling.tombstone);
}

/** C6: an id is visible while any live sibling exists. */
export function isVisible(siblings: Siblings): boolean {
  return siblings.some((sibling) => !sibling.tombstone);
}
