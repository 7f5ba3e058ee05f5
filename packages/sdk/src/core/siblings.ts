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
  for (const held of siblings) if (sameDot(held.dot, incoming.dot) || isDominated(incoming, held)) return siblings;
  return [...siblings.filter((held) => !isDominated(held, incoming)), incoming];
}

/** C7: what a new write to this id has seen: the dots **and contexts** of all siblings, so that it dominates them. */
export function contextOver(siblings: Siblings): VersionVector {
  return mergeVectors(
    siblings.map((sibling) => sibling.context),
    siblings.map((sibling) => sibling.dot),
  );
}

export function liveSiblings<V extends VersionStamp>(siblings: Siblings<V>): Siblings<V> {
  return siblings.filter((sibling) => !sibling.tombstone);
}
