import * as Y from "yjs";
import { holderOf } from "./shared-type.ts";

/**
 * A document of an entry. Yjs takes the content of what is deleted out of it; here not that of a value which another has overwritten
 * without having seen it, and of what lies within: in the next generation their order may be the other one (C11).
 */
export function newDocument(): Y.Doc {
  return new Y.Doc({ gcFilter: (item) => !isWithinUnseen(item) });
}

/** Whether it is gone for what has come beside it alone. Of what somebody has deleted, there is no content any more. */
export function isOnlyOverwritten(struct: Y.Item | Y.GC): boolean {
  return struct instanceof Y.Item && struct.deleted && !(struct.content instanceof Y.ContentDeleted);
}

function isWithinUnseen(item: Y.Item): boolean {
  // Nothing that is left lies within what is gone: to look further up would cost each item of a deep document its whole depth.
  for (let each: Y.Item | null = item; each?.deleted === true; each = holderOfItem(each))
    if (isOverwrittenUnseen(each)) return true;
  return false;
}

function isOverwrittenUnseen({ parentSub, right, lastId }: Y.Item): boolean {
  if (parentSub === null || right === null) return false;
  return right.origin === null || !Y.compareIDs(right.origin, lastId);
}

function holderOfItem({ parent }: Y.Item): Y.Item | null {
  return parent instanceof Y.AbstractType ? holderOf(parent) : null;
}
