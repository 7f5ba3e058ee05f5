import * as Y from "yjs";
import { type Blob, itemsOf } from "./document-blobs.ts";
import type { Shelf } from "../../core/shelf.ts";

/** A blob grows by what is changed next, and is written anew, until it is so long: some thousand letters that are typed in a row. */
const TAIL_BYTES: number = 8 * 1024;

/**
 * Writes what is changed in a document here. The last blob is the tail, which each write replaces by a longer one: nobody else ever writes it,
 * so a replica that holds any later state of it holds the earlier ones too.
 */
export class BlobWriter {
  readonly writer: string;
  readonly #shelf: Shelf;
  #pending: Uint8Array[] = [];
  /** Own updates, said and not; and those of them that are stored. */
  #made = 0;
  #tail: Blob | undefined;
  #lastNumber = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(shelf: Shelf, writer: string) {
    this.#shelf = shelf;
    this.writer = writer;
  }

  /** A change of this document's own; returns which it is, from 1. */
  add(update: Uint8Array): number {
    this.#pending.push(update);
    return ++this.#made;
  }

  /** Of others, who have not stored it themselves. */
  adopt(updates: readonly Uint8Array[]): void {
    this.#pending.push(...updates);
  }

  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  /** Replaces what waits: it is all in here. */
  restart(update: Uint8Array | undefined): void {
    this.#pending = update === undefined ? [] : [update];
  }

  /** Resolves when all that was changed until now is in this replica's store. */
  async write(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    if (this.isIdle) return;
    const taken = this.#pending;
    this.#pending = [];
    const upto = this.#made;
    try {
      const blob = this.#next(Y.mergeUpdatesV2(taken), upto);
      await this.#shelf.change(itemsOf(blob), [], { consistency: "one" });
      this.#tail = blob.update.length < TAIL_BYTES ? blob : undefined;
      this.#lastNumber = blob.number;
    } catch (error) {
      this.#pending = [...taken, ...this.#pending];
      throw error;
    }
  }

  #next(update: Uint8Array, upto: number): Blob {
    const { writer } = this;
    if (this.#tail !== undefined && update.length < TAIL_BYTES)
      return { ...this.#tail, upto, update: Y.mergeUpdatesV2([this.#tail.update, update]) };
    return { writer, number: this.#lastNumber + 1, upto, update };
  }
}
