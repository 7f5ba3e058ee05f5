import { asDocuments, itemsToPut } from "./local-items.ts";
import { callListener } from "./call-listener.ts";
import { isShelved, type Shelf, type ShelfItem, shelfPrefix, type ShelvedItem } from "../core/shelf.ts";
import type { Dot } from "../core/dot.ts";
import type { DocumentModel } from "../core/entry-document.ts";
import type { DurableState } from "../core/durable-state.ts";
import type { EntryReader } from "./entry-reader.ts";
import type { JsonObject } from "../core/version.ts";
import { liveSiblings } from "../core/siblings.ts";
import type { LocalItem } from "../core/effects.ts";
import { refuse } from "./config.ts";
import type { WriteOptions } from "./call-options.ts";

/** Of an id's 512 bytes: what is left is for keys. */
const MAX_NAME_BYTES = 256;

export interface ShelfWriter {
  /** @throws ReplicationError `closed` */
  mustBeOpen(): void;
  /** The room's, where it fixes any. */
  dimensions(): number | undefined;
  write(items: readonly LocalItem[], options: WriteOptions): Promise<unknown>;
  confirm(dots: readonly Dot[], options: WriteOptions): Promise<unknown>;
}

/** What the room's replicas keep beside the room's entries. */
export class Shelves {
  readonly #state: DurableState;
  readonly #reader: Pick<EntryReader<JsonObject>, "read">;
  readonly #documents: Pick<DocumentModel, "assign"> | undefined;
  readonly #writer: ShelfWriter;
  readonly #followers = new Map<string, Set<(keys: ReadonlySet<string>) => void>>();
  /** Ids that are visible; found when they are first counted. */
  #visible: Set<string> | undefined;

  constructor(
    state: DurableState,
    reader: Pick<EntryReader<JsonObject>, "read">,
    documents: Pick<DocumentModel, "assign"> | undefined,
    writer: ShelfWriter,
  ) {
    this.#state = state;
    this.#reader = reader;
    this.#documents = documents;
    this.#writer = writer;
  }

  /** How many of the visible ids are on shelves. */
  get count(): number {
    return this.#shown().size;
  }

  /** These ids have changed: what is on no shelf concerns the others. */
  note(ids: ReadonlySet<string>, others: readonly { note(ids: ReadonlySet<string>): void }[]): void {
    const shelved = [...ids].filter(isShelved);
    const shown = shelved.length === 0 ? ids : new Set([...ids].filter((id) => !isShelved(id)));
    for (const other of others) other.note(shown);
    for (const id of shelved) this.#visible?.[this.#isVisible(id) ? "add" : "delete"](id);
    for (const [prefix, followers] of this.#followers) {
      const keys = keysUnder(prefix, shelved);
      if (keys.length > 0) for (const changed of followers) callListener(() => changed(new Set(keys)));
    }
  }

  /** @throws ReplicationError `invalid-config` */
  open(name: string): Shelf {
    const prefix = shelfPrefix(typeof name === "string" ? name : "");
    if (typeof name !== "string" || name === "" || prefix.length > MAX_NAME_BYTES)
      refuse("name", `a text that takes at most ${MAX_NAME_BYTES} bytes, percent-encoded`);
    const state = this.#state;
    const keys = (): string[] => keysUnder(prefix, [...this.#shown()]);
    return {
      keys,
      read: async (wanted) => {
        this.#writer.mustBeOpen();
        const entries = await this.#reader.read([...(wanted ?? keys())].map((key) => prefix + key));
        return entries.flatMap((entry) =>
          entry === undefined ? [] : [{ key: entry.id.slice(prefix.length), data: entry.metadata, dots: entry.dots }],
        );
      },
      change: (put, take, options) => this.#change(prefix, put, take, options),
      confirm: async (options) => {
        const dots = keys().flatMap((key) => liveSiblings(state.siblings(prefix + key)).map(({ dot }) => dot));
        if (dots.length > 0) await this.#writer.confirm(dots, options);
      },
      follow: (changed) => this.#follow(prefix, changed),
    };
  }

  async #change(
    prefix: string,
    put: readonly ShelfItem[],
    take: readonly Pick<ShelvedItem, "key" | "dots">[],
    options: WriteOptions,
  ): Promise<void> {
    this.#writer.mustBeOpen();
    const dimensions = this.#writer.dimensions();
    const vector = new Float32Array(dimensions ?? 1);
    const entries = put.map(({ key, data }) => ({ id: prefix + key, vector, metadata: data }));
    const puts = asDocuments(itemsToPut(entries, dimensions), this.#documents);
    const takes = take.map(({ key, dots }): LocalItem => ({ kind: "delete", id: prefix + key, of: dots }));
    await this.#writer.write([...puts, ...takes], options);
  }

  #follow(prefix: string, changed: (keys: ReadonlySet<string>) => void): () => void {
    const followers = this.#followers.get(prefix) ?? new Set();
    this.#followers.set(prefix, followers.add(changed));
    return () => {
      followers.delete(changed);
      if (followers.size === 0) this.#followers.delete(prefix);
    };
  }

  #shown(): ReadonlySet<string> {
    this.#visible ??= new Set([...this.#state.all()].map(([id]) => id).filter((id) => this.#isVisible(id)));
    return this.#visible;
  }

  #isVisible(id: string): boolean {
    return isShelved(id) && liveSiblings(this.#state.siblings(id)).length > 0;
  }
}

function keysUnder(prefix: string, ids: readonly string[]): string[] {
  return ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
}
