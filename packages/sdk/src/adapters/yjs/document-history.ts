import { assemble, blobOf, itemsOf, partsOf, type ShelvedBlob } from "./document-blobs.ts";
import type { Shelf, ShelvedItem } from "../../core/shelf.ts";
import { STORED_STRUCTS, updateFault } from "./update-fault.ts";

/** Blobs of which a history is made before somebody puts them together: reading as many takes a moment, and each takes some 300 bytes of memory. */
export const COMPACT_AT_BLOBS = 64;
/** How long a quorum may take to hold what replaces them, and until the next attempt. */
const COMPACT_TIMEOUT_MS: number = 60 * 1000;

/**
 * What a replica holds of a document: blobs on a shelf, in no order. A blob counts when all its parts are there and it is an update of Yjs's; what is
 * damaged or hostile is told of and left out.
 */
export class DocumentHistory {
  readonly #shelf: Shelf;
  readonly #refused: (reason: string) => void;
  readonly #told = new Set<string>();

  constructor(shelf: Shelf, refused: (reason: string) => void) {
    this.#shelf = shelf;
    this.#refused = refused;
  }

  /** @param keys what may have changed; left out: all. */
  async read(keys?: ReadonlySet<string>): Promise<ShelvedBlob[]> {
    const items = await this.#shelf.read(keys);
    const byBlob = new Map<string, ShelvedItem[]>();
    for (const item of items) {
      const name = blobOf(item.key);
      if (name === undefined) this.#refuse(item.key, "an item that is no part of it");
      else byBlob.set(name, [...(byBlob.get(name) ?? []), item]);
    }
    const blobs: ShelvedBlob[] = [];
    for (const [name, known] of byBlob) {
      const blob = await this.#whole(name, known);
      const fault = blob && updateFault(blob.update, STORED_STRUCTS);
      if (fault !== undefined) this.#refuse(name, fault);
      else if (blob !== undefined) blobs.push(blob);
    }
    return blobs;
  }

  get blobCount(): number {
    return new Set(this.#shelf.keys().map(blobOf)).size;
  }

  /**
   * Puts blobs together: what replaces them is on a quorum's disks before any of them is taken away, and none is that has been written since. So
   * whatever was held by a quorum is held by one at any time, whoever dies meanwhile.
   */
  async replace(blobs: readonly ShelvedBlob[], writer: string, update: Uint8Array): Promise<void> {
    // What others would refuse replaces nothing.
    if (updateFault(update, STORED_STRUCTS) !== undefined) return;
    const items = itemsOf({ writer, number: 0, upto: 0, update });
    await this.#shelf.change(items, [], { consistency: "quorum", timeoutMs: COMPACT_TIMEOUT_MS });
    await this.#shelf.change(
      [],
      blobs.flatMap((blob) => blob.items),
      { consistency: "one" },
    );
  }

  /** Its other parts may have come before. */
  async #whole(name: string, known: readonly ShelvedItem[]): Promise<ShelvedBlob | undefined> {
    const parts = partsOf(known[0]!) ?? 0;
    if (known.length >= parts) return assemble(name, known);
    const keys = Array.from({ length: parts }, (_, part) => `${name}/${part}`);
    const there = new Set(this.#shelf.keys());
    return keys.every((key) => there.has(key)) ? assemble(name, await this.#shelf.read(keys)) : undefined;
  }

  #refuse(name: string, reason: string): void {
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#refused(reason);
  }
}
