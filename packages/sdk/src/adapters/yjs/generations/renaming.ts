import * as Y from "yjs";
import {
  type ClientStructs,
  type ClockRange,
  type ParentName,
  type Struct,
  unplacedItem,
  writeUpdate,
} from "./update-writer.ts";
import { holderOf } from "./shared-type.ts";
import { isOnlyOverwritten } from "./new-document.ts";
import { Placement } from "./placement.ts";

export interface NamedRange {
  readonly id: Y.ID;
  readonly len: number;
}

/**
 * How the names of one generation read in another. Of each client's first clocks, those that are `skipped`, the other generation has
 * what is left, under names of its own; all later ones keep their order and go by `target`.
 */
export interface Renaming {
  skipped(client: number): number;
  /** What the first clock that is not skipped is called. */
  target(client: number): { readonly client: number; readonly clock: number };
  /** What is left of a skipped range, in its order. */
  held(client: number, clock: number, len: number): Iterable<NamedRange>;
  /** The last of a key's values in the other generation, where it was deleted, so that nothing skipped stands for it. */
  deletedValue(parent: ParentName, key: string): Y.ID | null;
}

/** What a document holds beyond what the renaming skips, as an update for the other generation: each name for itself, whatever else is there. */
export function renamed(document: Y.Doc, renaming: Renaming): Uint8Array {
  const placement = new Placement(document, renaming);
  const clients = new Map<number, ClientStructs>();
  for (const [client, structs] of document.store.clients) {
    const skipped = renaming.skipped(client);
    const moved = structs
      .filter(({ id, length }) => id.clock + length > skipped)
      .map((struct) => moveStruct(struct, Math.max(0, skipped - struct.id.clock), renaming, placement));
    const target = renaming.target(client);
    if (moved.length > 0 && !clients.has(target.client))
      clients.set(target.client, { from: target.clock, structs: moved });
  }
  return writeUpdate(clients, renamedDeletions(document, renaming));
}

/**
 * That a value was overwritten goes without saying, where both come in the same order; where they do not, either may stay, and none of the
 * two would if the first was deleted.
 */
function renamedDeletions(document: Y.Doc, renaming: Renaming): ReadonlyMap<number, readonly ClockRange[]> {
  const deleted = new Map<number, ClockRange[]>();
  for (const [client, structs] of document.store.clients)
    for (const struct of structs) {
      if (!struct.deleted || isOnlyOverwritten(struct)) continue;
      for (const { id, len } of namesOf(client, struct.id.clock, struct.length, renaming)) {
        const ofClient = deleted.get(id.client) ?? [];
        deleted.set(id.client, ofClient);
        ofClient.push({ clock: id.clock, len });
      }
    }
  for (const ranges of deleted.values()) ranges.sort((a, b) => a.clock - b.clock);
  return deleted;
}

function moveStruct(struct: Struct, offset: number, renaming: Renaming, placement: Placement): Struct {
  const id = later(Y.createID(struct.id.client, struct.id.clock + offset), renaming);
  const length = struct.length - offset;
  const parent = struct instanceof Y.Item ? parentOf(struct, renaming) : undefined;
  if (!(struct instanceof Y.Item) || parent === undefined || placement.isOverwritten(struct))
    return new Y.GC(id, length);
  const { origin, rightOrigin, parentSub } = struct;
  const isOwn = (place: Y.ID | null): place is Y.ID => place !== null && place.clock >= renaming.skipped(place.client);
  const left = offset === 0 && isOwn(origin) ? later(origin, renaming) : placement.leftOf(struct, parent);
  const right = isOwn(rightOrigin) ? later(rightOrigin, renaming) : placement.rightOf(struct);
  return unplacedItem(id, left, right, parent, parentSub, contentFrom(struct, offset));
}

function contentFrom(item: Y.Item, offset: number): Y.Item["content"] {
  if (item.content instanceof Y.ContentDeleted) return new Y.ContentDeleted(item.length - offset);
  return offset > 0 ? item.content.copy().splice(offset) : item.content;
}

/** The root's name, or what the parent is called; `undefined`: it is gone, and all in it. */
function parentOf(item: Y.Item, renaming: Renaming): ParentName | undefined {
  if (!(item.parent instanceof Y.AbstractType)) return undefined;
  const holder = holderOf(item.parent);
  if (holder === null) return Y.findRootTypeKey(item.parent);
  for (const { id } of namesOf(holder.id.client, holder.id.clock, 1, renaming)) return id;
  return undefined;
}

function later({ client, clock }: Y.ID, renaming: Renaming): Y.ID {
  const target = renaming.target(client);
  return Y.createID(target.client, target.clock + clock - renaming.skipped(client));
}

function* namesOf(client: number, clock: number, len: number, renaming: Renaming): Iterable<NamedRange> {
  const skipped = Math.min(Math.max(0, renaming.skipped(client) - clock), len);
  if (skipped > 0) yield* renaming.held(client, clock, skipped);
  if (skipped < len) yield { id: later(Y.createID(client, clock + skipped), renaming), len: len - skipped };
}
