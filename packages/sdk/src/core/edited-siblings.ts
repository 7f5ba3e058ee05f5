import type { Answer, Wanted } from "./commit-queue.ts";
import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";
import type { HeldSiblings } from "./local-writer.ts";
import type { LocalItem } from "./effects.ts";
import { liveSiblings } from "./siblings.ts";
import type { StoredVersion } from "./version.ts";
import { dotOfKey, versionKey } from "./store-layout.ts";

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
  const damaged = stored.filter((_, i) => found[i] === undefined);
  if (damaged.length > 0) throw new UnreadableSiblings(damaged);
  for (const [i, { id }] of stored.entries()) held.get(id)!.push(found[i]!);
  return held;
}

/** Thrown, since it ends the transaction that is being put together: nothing that it would dominate may be left unread. */
export class UnreadableSiblings extends Error {
  readonly ids: readonly string[];
  readonly dots: readonly Dot[];

  constructor(damaged: readonly { readonly id: string; readonly key: string }[]) {
    super("versions to be edited cannot be read");
    this.ids = [...new Set(damaged.map(({ id }) => id))];
    this.dots = damaged.map(({ key }) => dotOfKey(key));
  }
}
