import type { CoreConfig } from "./environment.ts";
import { includesDot } from "./version-vector.ts";
import { compareHlc, isHlc } from "./hybrid-logical-clock.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import { holdsDocuments } from "./room-facts.ts";
import type { StoredVersion } from "./version.ts";

/**
 * Why no correct replica of a room can have made this version, or `undefined`. What a frame can hold at all, the codec has checked.
 * Whether a signature is its author's has been looked at before (C10).
 */
export function versionFault(
  version: StoredVersion,
  { dimensions, signed, conflictResolution }: Pick<ReplicaSetRecord, "dimensions" | "signed" | "conflictResolution">,
  documents?: CoreConfig["documents"],
): string | undefined {
  const { vector, tombstone, context, dot, hlc } = version;
  if (!tombstone && dimensions !== undefined && vector.length !== dimensions)
    return `a vector of ${vector.length} dimensions in a room of ${dimensions}`;
  if ((version.signature !== undefined) !== signed)
    return signed ? "a version without a signature in a room of signed ones" : "a signature in a room without them";
  const isDocument = version.document !== undefined;
  if (isDocument !== (!tombstone && holdsDocuments(conflictResolution)))
    return isDocument ? "a document in a room of other entries" : "an entry without a document in a room of documents";
  // It would dominate itself, and the join would depend on the order of arrival.
  if (includesDot(context, dot)) return "a version that has seen itself";
  if (!isHlc(hlc)) return "a clock beyond the last stamp";
  return documentFault(version, documents);
}

function documentFault({ document, hlc }: StoredVersion, documents: CoreConfig["documents"]): string | undefined {
  if (document === undefined) return undefined;
  if (!isHlc(document.vectorAt) || compareHlc(document.vectorAt, hlc) > 0)
    return "a vector that is newer than its version";
  const fault = documents?.fault(document.state);
  return fault && `a document that cannot be: ${fault}`;
}
