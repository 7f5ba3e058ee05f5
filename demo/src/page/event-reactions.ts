import { type ErrorCode, isReplicationError } from "@vecmesh/sdk";
import { DrillPartner } from "../notes/drill-partner.ts";
import type { DrillMetadata } from "../notes/entry-metadata.ts";
import type { Workspace } from "./workspace.ts";

/** Troubles on the way to others that mend themselves: the activity tells of them, and nobody needs to act. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "signaling-unreachable",
  "peer-unreachable",
  "transport-failed",
  "invalid-frame",
]);

/** What the page does by itself when something happens in the room. */
export function reactToEvents({ replicator, report, writer }: Workspace): {
  readonly hearDrill: (metadata: DrillMetadata) => void;
} {
  const partner = new DrillPartner(replicator, writer);
  const confirm = (): void => void writer.confirmQuietly().catch(report);
  replicator.on("replica", ({ nodeId, status }) => {
    if (status === "offline") partner.left(nodeId).catch(report);
    if (status === "healthy") confirm();
  });
  replicator.on("quorum", ({ available }) => {
    if (available) confirm();
  });
  // A replica that has caught up votes only from the next record on: a note at "all" may have waited for it.
  replicator.on("replicaSet", confirm);
  replicator.on("error", ({ error }) => {
    if (!isReplicationError(error) || !PASSING.has(error.code)) report(error);
  });
  return { hearDrill: (metadata) => void partner.hear(metadata).catch(report) };
}
