import { writeVarUint } from "lib0/encoding";
import * as Y from "yjs";

export type Struct = Y.Item | Y.GC;

/** A root's name, or the name of the item that holds the type. */
export type ParentName = string | Y.ID;

/** An item for an update, of no document. @param parent is written, and has to be there, only where neither neighbour is. */
export function unplacedItem(
  id: Y.ID,
  origin: Y.ID | null,
  rightOrigin: Y.ID | null,
  parent: ParentName,
  key: string | null,
  content: Y.Item["content"],
): Y.Item {
  // A root's name is what Yjs's own reader passes here, and its types do not say.
  const written = origin || rightOrigin ? null : (parent as Y.ID);
  return new Y.Item(id, null, origin, null, rightOrigin, written, key, content);
}

/** The names of one client from `clock` on. */
export interface ClockRange {
  readonly clock: number;
  readonly len: number;
}

/** Structs of one client in the order of their clocks, without a gap; of the first only what is named from `from` on. */
export interface ClientStructs {
  readonly from: number;
  readonly structs: readonly Struct[];
}

/** An update in Yjs's second encoding, of structs that are in no document, or of only a part of one's. */
export function writeUpdate(
  clients: ReadonlyMap<number, ClientStructs>,
  deleted: ReadonlyMap<number, readonly ClockRange[]>,
): Uint8Array {
  const encoder = new Y.UpdateEncoderV2();
  const { restEncoder } = encoder;
  writeVarUint(restEncoder, clients.size);
  for (const [client, { from, structs }] of clients) {
    writeVarUint(restEncoder, structs.length);
    encoder.writeClient(client);
    writeVarUint(restEncoder, from);
    for (const struct of structs) struct.write(encoder, Math.max(0, from - struct.id.clock));
  }
  writeVarUint(restEncoder, deleted.size);
  for (const [client, ranges] of deleted) {
    encoder.resetDsCurVal();
    writeVarUint(restEncoder, client);
    writeVarUint(restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}

/** What a document holds beyond another that it has grown out of: Yjs's own difference has all deletions in it. */
export function differenceFrom(base: Y.Doc, document: Y.Doc): Uint8Array {
  const clients = new Map<number, ClientStructs>();
  for (const [client, structs] of document.store.clients) {
    const from = Y.getState(base.store, client);
    const beyond = structs.filter(({ id, length }) => id.clock + length > from);
    if (beyond.length > 0) clients.set(client, { from, structs: beyond });
  }
  const before = deletedIn(base);
  const deleted = new Map<number, ClockRange[]>();
  for (const [client, ranges] of deletedIn(document)) {
    const fresh = without(ranges, before.get(client) ?? []);
    if (fresh.length > 0) deleted.set(client, fresh);
  }
  return writeUpdate(clients, deleted);
}

/** By client and in the order of clocks. */
function deletedIn(document: Y.Doc): ReadonlyMap<number, readonly ClockRange[]> {
  return Y.createDeleteSetFromStructStore(document.store).clients;
}

/** Both are sorted, and disjoint each. */
function without(ranges: readonly ClockRange[], gone: readonly ClockRange[]): ClockRange[] {
  const left: ClockRange[] = [];
  let next = 0;
  for (const { clock, len } of ranges) {
    let from = clock;
    while (next < gone.length && gone[next]!.clock + gone[next]!.len <= from) next++;
    for (let i = next; i < gone.length && gone[i]!.clock < clock + len; i++) {
      if (gone[i]!.clock > from) left.push({ clock: from, len: gone[i]!.clock - from });
      from = Math.max(from, gone[i]!.clock + gone[i]!.len);
    }
    if (from < clock + len) left.push({ clock: from, len: clock + len - from });
  }
  return left;
}
