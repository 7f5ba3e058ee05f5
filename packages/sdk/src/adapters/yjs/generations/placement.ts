import * as Y from "yjs";
import type { ParentName } from "./update-writer.ts";
import { firstItem, valuesIn } from "./shared-type.ts";
import type { Renaming } from "./renaming.ts";

/**
 * Where what is renamed stands among what the other generation has already: in Yjs the order of two items is the same for ever,
 * whatever else comes between, so this depends on the item and the renaming alone.
 */
export class Placement {
  readonly #renaming: Renaming;
  readonly #left = new Map<Y.Item, Y.ID>();
  readonly #right = new Map<Y.Item, Y.ID>();
  readonly #overwritten = new Set<Y.Item>();

  constructor(document: Y.Doc, renaming: Renaming) {
    this.#renaming = renaming;
    const types = [...document.share.values()];
    // Grows while it is gone through: a document may nest deeper than the stack reaches.
    for (const type of types) {
      for (const item of [...this.#placeSequence(firstItem(type)), ...this.#placeValues(valuesIn(type).values())])
        if (item.content instanceof Y.ContentType) types.push(item.content.type);
    }
  }

  /** Whether a value that the other generation has, or has had, stands after this one: then it has never been seen there. */
  isOverwritten(item: Y.Item): boolean {
    return this.#overwritten.has(item);
  }

  leftOf(item: Y.Item, parent: ParentName): Y.ID | null {
    const { parentSub } = item;
    return this.#left.get(item) ?? (parentSub === null ? null : this.#renaming.deletedValue(parent, parentSub));
  }

  rightOf(item: Y.Item): Y.ID | null {
    return this.#right.get(item) ?? null;
  }

  *#placeSequence(start: Y.Item | null): Iterable<Y.Item> {
    let left: Y.ID | undefined;
    let waiting: Y.Item[] = [];
    for (let item = start; item !== null; item = item.right) {
      for (const { id, len } of this.#heldOf(item)) {
        for (const before of waiting) this.#right.set(before, id);
        waiting = [];
        left = Y.createID(id.client, id.clock + len - 1);
      }
      if (this.#isBeyond(item)) {
        if (left !== undefined) this.#left.set(item, left);
        waiting.push(item);
      }
      yield item;
    }
  }

  *#placeValues(last: Iterable<Y.Item>): Iterable<Y.Item> {
    for (const value of last) {
      yield value;
      let after: Y.Item[] = [];
      let isOverwritten = false;
      for (let item: Y.Item | null = value; item !== null; item = item.left) {
        if (this.#isBeyond(item)) {
          if (isOverwritten) this.#overwritten.add(item);
          else after.push(item);
        }
        if (this.#skippedOf(item) === 0) continue;
        for (const { id, len } of this.#heldOf(item))
          for (const later of after) this.#left.set(later, Y.createID(id.client, id.clock + len - 1));
        after = [];
        isOverwritten = true;
      }
    }
  }

  #heldOf(item: Y.Item): ReturnType<Renaming["held"]> {
    const skipped = this.#skippedOf(item);
    return skipped === 0 ? [] : this.#renaming.held(item.id.client, item.id.clock, skipped);
  }

  /** How many of an item's first clocks the renaming skips. */
  #skippedOf({ id, length }: Y.Item): number {
    return Math.min(Math.max(0, this.#renaming.skipped(id.client) - id.clock), length);
  }

  #isBeyond({ id, length }: Y.Item): boolean {
    return id.clock + length > this.#renaming.skipped(id.client);
  }
}
