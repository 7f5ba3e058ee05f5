import type { Answer, Wanted } from "./commit-queue.ts";
import type { Draft } from "./draft.ts";
import type { HeldSiblings } from "./local-writer.ts";
import type { LocalItem } from "./effects.ts";
import { liveSiblings } from "./siblings.ts";
import { replicationError } from "./replication-error.ts";
import type { StoredVersion } from "./version.ts";
import { versionKey } from "./store-layout.ts";

/**
 * The live siblings of the ids that are edited, with their payloads: those which the new versions will dominate, read in the very
 * transaction, over which the state stands still. Read before it, a sibling that comes in between would be dominated unseen, and lost.
 */
export function* editedSiblings(
  draft: Draft,
  items: readonly LocalItem[],
): Generator<Wanted, HeldSiblings, Answer | undefined> {
  const held = new Map<string, StoredVersion[]>();
  const stored: { readonly id: string; readonly key: string }[] = [];
  for (const { kind, id } of items) {
    if (kind !== "edit") continue;
    const versions: StoredVersion[] = [];
    held.set(id, versions);
    for (const { dot } of liveSiblings(draft.siblings(id))) {
      const brought = draft.brought(dot);
      if (brought === undefined) stored.push({ id, key: versionKey(dot) });
      else versions.push(brought);
    }
  }
  if (stored.length === 0) return held;
  const found = (yield { keys: stored.map(({ key }) => key) }) as readonly (StoredVersion | undefined)[];
  for (const [i, { id }] of stored.entries()) {
    const version = found[i];
    if (version === undefined) throw unreadable(id);
    held.get(id)!.push(version);
  }
  return held;
}

function unreadable(id: string): Error {
  const message = `What this replica holds of ${JSON.stringify(id)} is damaged, so it cannot be edited. It is taken out and comes back from peers, if they hold it: edit it again then.`;
  return replicationError("storage-corrupt", message, { ids: [id] });
}
