/* oxlint-disable no-underscore-dangle -- Yjs has no other names for these; its providers and bindings use them as well. */
import type * as Y from "yjs";

export type SharedType = NonNullable<ReturnType<Y.Doc["share"]["get"]>>;

/** The first item of its sequence. */
export function firstItem(type: SharedType): Y.Item | null {
  return type._start;
}

/** By key, the last of its values, deleted or not; those that it has overwritten are to the left of it. */
export function valuesIn(type: SharedType): ReadonlyMap<string, Y.Item> {
  return type._map;
}

/** The item that the type is the content of; a root has none. */
export function holderOf(type: SharedType): Y.Item | null {
  return type._item;
}
