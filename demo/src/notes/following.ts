import { type DrillMetadata, readMetadata } from "./entry-metadata.ts";
import type { NoteCollection } from "./note-collection.ts";
import type { Replicator } from "@vecmesh/sdk";

/** Keeps the collection as the replica is: all that it holds first, then every change, until it is closed. */
export async function followEntries(
  replicator: Pick<Replicator, "changes">,
  collection: NoteCollection,
  hearDrill: (metadata: DrillMetadata) => void,
): Promise<void> {
  for await (const change of replicator.changes()) {
    if (change.type === "delete") {
      collection.remove(change.id);
      continue;
    }
    collection.put(change.entry);
    const metadata = readMetadata(change.entry.metadata);
    if (metadata?.kind === "drill") hearDrill(metadata);
  }
}
