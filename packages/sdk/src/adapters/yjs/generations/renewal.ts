import * as Y from "yjs";
import { laterClient, renewingClient } from "../editor-client.ts";
import type { Cut } from "./document-state.ts";
import type { NamedRange, Renaming } from "./renaming.ts";
import { firstItem, holderOf, type SharedType, valuesIn } from "./shared-type.ts";
import { type ParentName, unplacedItem, writeUpdate } from "./update-writer.ts";

/** A run of names of what the cut shows, and what it is in the new generation. */
interface Run {
  readonly client: number;
  readonly clock: number;
  readonly len: number;
  /** The clock of its first in the new generation. */
  readonly to: number;
}

/**
 * A new generation of a document: what a cut shows, written once, by one client, in its own order. A function of the cut alone, so whoever
 * makes it makes the same; and whatever else was made of the old generation can be renamed into the new one, and back, each name for itself.
 */
export class Renewal {
  /** By client of the old generation, how many of its clocks are in the cut. */
  readonly folded: ReadonlyMap<number, number>;
  /** The new generation as of the cut. */
  readonly update: Uint8Array;
  readonly #client: number;
  readonly #runs = new Map<number, Run[]>();
  readonly #live: Run[] = [];
  /** By place, the last value of a key that has none. */
  readonly #deletedValues = new Map<string, Y.ID>();
  readonly #structs: Y.Item[] = [];
  /** Roots, and what lies within what is left. */
  readonly #types: { readonly type: SharedType; readonly parent: ParentName }[] = [];
  #length = 0;

  constructor({ by, state }: Cut) {
    this.#client = renewingClient(by);
    const old = new Y.Doc({ gc: false });
    Y.applyUpdateV2(old, state);
    this.folded = new Map([...old.store.clients.keys()].map((client) => [client, Y.getState(old.store, client)]));
    this.#write(old);
    for (const runs of this.#runs.values()) runs.sort((a, b) => a.clock - b.clock);
    const written = new Map(this.#structs.length > 0 ? [[this.#client, { from: 0, structs: this.#structs }]] : []);
    this.update = writeUpdate(written, new Map());
    old.destroy();
  }

  /** From the old generation into the new. */
  get forward(): Renaming {
    return {
      skipped: (client) => this.folded.get(client) ?? 0,
      target: (client) => ({ client: this.#later(client), clock: 0 }),
      held: (client, clock, len) => this.#held(client, clock, len),
      deletedValue: () => null,
    };
  }

  /** From the new generation into the old. */
  get backward(): Renaming {
    const earlier = new Map([...this.folded].map(([client, clock]) => [this.#later(client), { client, clock }]));
    return {
      skipped: (client) => (client === this.#client ? this.#length : 0),
      target: (client) => earlier.get(client) ?? { client, clock: 0 },
      held: (_client, clock, len) => this.#wasIn(clock, len),
      deletedValue: (parent, key) => this.#deletedValues.get(placeOf(parent, key)) ?? null,
    };
  }

  /** What a client goes by that had a part in the cut: its next clock would be one of another's. */
  #later(client: number): number {
    return this.folded.has(client) ? laterClient(client) : client;
  }

  #write(old: Y.Doc): void {
    for (const name of [...old.share.keys()].sort()) this.#types.push({ type: old.share.get(name)!, parent: name });
    // Grows while it is gone through: a document may nest deeper than the stack reaches.
    for (const { type, parent } of this.#types) {
      this.#writeSequence(type, parent);
      this.#writeValues(type, parent);
    }
  }

  #writeSequence(type: SharedType, parent: ParentName): void {
    let last: Y.ID | null = null;
    for (let item = firstItem(type); item !== null; item = item.right) {
      if (item.deleted) continue;
      this.#add(item, last, parent, null);
      last = Y.createID(this.#client, this.#length - 1);
    }
  }

  /** All values of a key but the last are deleted. */
  #writeValues(type: SharedType, parent: ParentName): void {
    const values = valuesIn(type);
    for (const key of [...values.keys()].sort()) {
      const value = values.get(key)!;
      if (!value.deleted) this.#add(value, null, parent, key);
      else this.#deletedValues.set(placeOf(oldNameOf(type), key), value.lastId);
    }
  }

  #add(item: Y.Item, origin: Y.ID | null, parent: ParentName, key: string | null): void {
    const { id, length, content } = item;
    const renewed = Y.createID(this.#client, this.#length);
    this.#structs.push(unplacedItem(renewed, origin, null, parent, key, content));
    const run = { client: id.client, clock: id.clock, len: length, to: this.#length };
    this.#live.push(run);
    const ofClient = this.#runs.get(id.client) ?? [];
    this.#runs.set(id.client, ofClient);
    ofClient.push(run);
    this.#length += length;
    if (content instanceof Y.ContentType) this.#types.push({ type: content.type, parent: renewed });
  }

  *#held(client: number, clock: number, len: number): Iterable<NamedRange> {
    for (const run of overlapping(this.#runs.get(client) ?? [], clock, len, ({ clock: from }) => from)) {
      const from = Math.max(clock, run.clock);
      const end = Math.min(clock + len, run.clock + run.len);
      yield { id: Y.createID(this.#client, run.to + from - run.clock), len: end - from };
    }
  }

  *#wasIn(clock: number, len: number): Iterable<NamedRange> {
    for (const run of overlapping(this.#live, clock, len, ({ to }) => to)) {
      const from = Math.max(clock, run.to);
      const end = Math.min(clock + len, run.to + run.len);
      yield { id: Y.createID(run.client, run.clock + from - run.to), len: end - from };
    }
  }
}

function oldNameOf(type: SharedType): ParentName {
  const holder = holderOf(type);
  return holder === null ? Y.findRootTypeKey(type) : holder.id;
}

function placeOf(parent: ParentName, key: string): string {
  return JSON.stringify(typeof parent === "string" ? [parent, key] : [parent.client, parent.clock, key]);
}

/** The runs that share something with a range; they are sorted by `at` and disjoint. */
function* overlapping(runs: readonly Run[], clock: number, len: number, at: (run: Run) => number): Iterable<Run> {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle]!;
    if (at(run) + run.len <= clock) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < runs.length && at(runs[i]!) < clock + len; i++) yield runs[i]!;
}
