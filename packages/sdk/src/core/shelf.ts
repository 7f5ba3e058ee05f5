import type { Dot } from "./dot.ts";
import type { JsonObject } from "./version.ts";

/** How the id of whatever lies on a shelf begins. */
const SHELVES = "\u0000shelf/";

export interface ShelfItem {
  readonly key: string;
  readonly data: JsonObject;
}

/** What is read of an item names the writes that it is made of. */
export interface ShelvedItem extends ShelfItem {
  readonly dots: readonly Dot[];
}

/**
 * Entries beside those of the room: replicated, kept and acknowledged as all are, but none that is searched, counted or listed. For what
 * an application's library keeps in a room, each under a name of its own.
 */
export interface Shelf {
  /** What lies there in this replica; of these keys alone, where they are given. */
  read(keys?: Iterable<string>): Promise<ShelvedItem[]>;
  keys(): string[];
  /**
   * Puts and takes away in one transaction of this replica's. What is to be taken and has been written since it was read stays. Errors as in a
   * replicator's `write`.
   */
  change(
    put: readonly ShelfItem[],
    take: readonly Pick<ShelvedItem, "key" | "dots">[],
    options: { readonly consistency: "one" | "quorum" | "all"; readonly timeoutMs?: number },
  ): Promise<void>;
  /** Resolves when all that lies there in this replica is held by as many voters as the level asks for. Errors as in a replicator's `confirm`. */
  confirm(options: {
    readonly consistency?: "one" | "quorum" | "all";
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** Calls back with the keys of what may have changed. Returns what ends it. */
  follow(changed: (keys: ReadonlySet<string>) => void): () => void;
}

/** How the ids on this shelf begin. */
export function shelfPrefix(name: string): string {
  return `${SHELVES}${encodeURIComponent(name)}/`;
}

export function isShelved(id: string): boolean {
  return id.startsWith(SHELVES);
}
