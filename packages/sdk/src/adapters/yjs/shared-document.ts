import * as Y from "yjs";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { ADOPT_AFTER_MS, UnstoredUpdates } from "./unstored-updates.ts";
import { COMPACT_AT_BLOBS, DocumentHistory } from "./document-history.ts";
import { bytesToHex, hexToBytes } from "../../core/node-id.ts";
import { BlobWriter } from "./blob-writer.ts";
import { MAX_EPHEMERAL_BYTES } from "../../core/codec/limits.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Shelf } from "../../core/shelf.ts";
import type { ShelvedBlob } from "./document-blobs.ts";
import { SAID_STRUCTS, updateFault } from "./update-fault.ts";

/** After a change, until it is stored with what else has been changed by then: others see it sooner, since it is said at once. */
export const WRITE_AFTER_MS = 500;
const WRITER_BYTES = 8;

export interface SharedDocumentOptions {
  readonly doc: Y.Doc;
  readonly shelf: Shelf;
  readonly runtime: Runtime;
  /** To everybody, where it is short enough; it may be lost. */
  readonly say: (bytes: Uint8Array) => void;
  /** What could not be read, written or believed. */
  readonly failed: (error: unknown) => void;
  /** Whether it is for this replica to keep the history short, of all that are connected. */
  readonly isKeeper: () => boolean;
}

/**
 * Keeps a document and its history on the shelf equal. What is changed here is said to everybody at once and stored a moment later; what others store, and
 * until then what they say, is applied. What was said and not stored in time is stored by whoever has heard it.
 */
export class SharedDocument {
  readonly #options: SharedDocumentOptions;
  readonly #history: DocumentHistory;
  readonly #writer: BlobWriter;
  readonly #unstored = new UnstoredUpdates();
  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => this.#changed(update, origin);
  readonly #unfollow: () => void;
  readonly #changedKeys = new Set<string>();
  #reading: Promise<void>;
  #cancelWrite: (() => void) | undefined;
  #cancelAdoption: (() => void) | undefined;
  /** Own updates of this task, and which the last of them is. */
  readonly #unsaid: Uint8Array[] = [];
  #lastMade = 0;
  #isPaused = false;
  #isLoaded = false;
  #isCompacting = false;

  constructor(options: SharedDocumentOptions) {
    const { doc, shelf, runtime } = options;
    this.#options = options;
    this.#history = new DocumentHistory(shelf, (reason) => options.failed(refused(reason)));
    this.#writer = new BlobWriter(shelf, bytesToHex(runtime.randomBytes(WRITER_BYTES)));
    doc.on("updateV2", this.#onUpdate);
    this.#unfollow = shelf.follow((keys) => this.#follow(keys));
    this.#reading = this.#load();
  }

  /** Resolves when all that this replica holds of it by now shows in the document. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  /** Resolves when all that shows in the document is in this replica's store. */
  async store(): Promise<void> {
    await this.#reading;
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#writer.adopt(this.#unstored.overdue(this.#options.runtime.now(), true));
    await this.#writer.write();
  }

  /** From now on others' changes do not show, and what is changed here is not said. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#readChanged();
  }

  /** What somebody has said. */
  hear(bytes: Uint8Array): void {
    if (this.#isPaused) return;
    const { doc, runtime, failed } = this.#options;
    const decoder = decoding.createDecoder(bytes);
    const writer = bytesToHex(decoding.readUint8Array(decoder, WRITER_BYTES));
    const number = decoding.readVarUint(decoder);
    const update = decoding.readTailAsUint8Array(decoder);
    const fault = updateFault(update, SAID_STRUCTS);
    if (fault !== undefined) {
      failed(refused(fault));
      return;
    }
    this.#unstored.add(writer, number, update, runtime.now());
    Y.applyUpdateV2(doc, update, this);
    this.#adoptLater();
  }

  /** Stores what has not been, and lets the document alone. */
  async close(): Promise<void> {
    this.#options.doc.off("updateV2", this.#onUpdate);
    this.#unfollow();
    this.#cancelAdoption?.();
    await this.store();
  }

  async #load(): Promise<void> {
    const { doc } = this.#options;
    const wasEmpty = doc.store.clients.size === 0;
    const blobs = await this.#history.read();
    this.#apply(blobs);
    this.#isLoaded = true;
    if (!wasEmpty || !this.#writer.isIdle) this.#writer.restart(beyond(doc, blobs));
    // Whoever is there already waits for it.
    this.#writer.write().catch((error: unknown) => this.#options.failed(error));
    this.#compactIfLong();
  }

  #changed(update: Uint8Array, origin: unknown): void {
    if (origin === this) return;
    this.#lastMade = this.#writer.add(update);
    if (this.#isLoaded) this.#writeLater();
    if (this.#isPaused) return;
    this.#unsaid.push(update);
    // What one task changes is said together.
    if (this.#unsaid.length === 1) queueMicrotask(() => this.#say());
  }

  #say(): void {
    const updates = this.#unsaid.splice(0);
    if (this.#isPaused) return;
    const said = encoding.encode((encoder) => {
      encoding.writeUint8Array(encoder, hexToBytes(this.#writer.writer));
      encoding.writeVarUint(encoder, this.#lastMade);
      encoding.writeUint8Array(encoder, updates.length === 1 ? updates[0]! : Y.mergeUpdatesV2(updates));
    });
    // What is longer others have when it is stored.
    if (said.length < MAX_EPHEMERAL_BYTES) this.#options.say(said);
  }

  #writeLater(): void {
    this.#cancelWrite ??= this.#options.runtime.setTimer(() => {
      this.#cancelWrite = undefined;
      this.#writer.write().catch((error: unknown) => this.#options.failed(error));
    }, WRITE_AFTER_MS);
  }

  #adoptLater(): void {
    const { runtime } = this.#options;
    this.#cancelAdoption ??= runtime.setTimer(() => {
      this.#cancelAdoption = undefined;
      const overdue = this.#unstored.overdue(runtime.now(), false);
      if (overdue.length > 0) {
        this.#writer.adopt(overdue);
        this.#writeLater();
      }
      if (!this.#unstored.isEmpty) this.#adoptLater();
    }, ADOPT_AFTER_MS);
  }

  /** One reading after another; what changes meanwhile is read together. */
  #follow(keys: ReadonlySet<string>): void {
    for (const key of keys) this.#changedKeys.add(key);
    this.#readChanged();
  }

  #readChanged(): void {
    if (this.#isPaused || this.#changedKeys.size === 0) return;
    this.#reading = this.#reading.then(async () => {
      const changed = new Set(this.#changedKeys);
      this.#changedKeys.clear();
      if (changed.size === 0) return;
      try {
        this.#apply(await this.#history.read(changed));
        this.#compactIfLong();
      } catch (error) {
        this.#options.failed(error);
      }
    });
  }

  #apply(blobs: readonly ShelvedBlob[]): void {
    const { doc } = this.#options;
    const others = blobs.filter(({ writer }) => writer !== this.#writer.writer);
    if (others.length === 0) return;
    Y.transact(doc, () => others.forEach(({ update }) => Y.applyUpdateV2(doc, update, this)), this);
    for (const { writer, upto } of others) this.#unstored.stored(writer, upto);
  }

  #compactIfLong(): void {
    if (this.#isCompacting || this.#history.blobCount < COMPACT_AT_BLOBS || !this.#options.isKeeper()) return;
    this.#isCompacting = true;
    // Without a quorum nothing is taken away, and the next change tries again.
    this.#compact()
      .catch(() => undefined)
      .finally(() => {
        this.#isCompacting = false;
      });
  }

  async #compact(): Promise<void> {
    const blobs = (await this.#history.read()).filter(({ writer }) => writer !== this.#writer.writer);
    if (blobs.length < COMPACT_AT_BLOBS / 2) return;
    const writer = bytesToHex(this.#options.runtime.randomBytes(WRITER_BYTES));
    await this.#history.replace(blobs, writer, merged(blobs));
  }
}

/** With what was deleted taken out, which a document does and a merge of updates does not. */
function merged(blobs: readonly ShelvedBlob[]): Uint8Array {
  const whole = documentOf(blobs);
  const update = Y.encodeStateAsUpdateV2(whole);
  whole.destroy();
  return update;
}

/** What a document says that these blobs do not; `undefined`: nothing. */
function beyond(doc: Y.Doc, blobs: readonly ShelvedBlob[]): Uint8Array | undefined {
  const held = documentOf(blobs);
  const isHeld = Y.equalSnapshots(Y.snapshot(held), Y.snapshot(doc));
  const update = isHeld ? undefined : Y.encodeStateAsUpdateV2(doc, Y.encodeStateVector(held));
  held.destroy();
  return update;
}

function documentOf(blobs: readonly ShelvedBlob[]): Y.Doc {
  const doc = new Y.Doc();
  Y.transact(doc, () => blobs.forEach(({ update }) => Y.applyUpdateV2(doc, update)));
  return doc;
}

function refused(reason: string): Error {
  return replicationError("invalid-entry", `Part of a shared document is left out: ${reason}.`, { id: undefined });
}
