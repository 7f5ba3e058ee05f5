import type * as Y from "yjs";
import type { DocumentHost, Edit, OpenedDocument } from "../../core/entry-document.ts";
import { decodeState } from "./generations/document-state.ts";
import { edited } from "./generations/edited-document.ts";
import { newDocument } from "./generations/new-document.ts";
import type { IsBloated } from "./generations/bloat.ts";
import { openedClient } from "./editor-client.ts";
import { OpenedGeneration } from "./generations/opened-generation.ts";
import { replicationError } from "../../core/replication-error.ts";

/** The origin of changes that come from the store: an editor's binding sees by it that they are not its own, and they are not written again. */
export const FROM_STORE: unique symbol = Symbol("from the store");

/**
 * A document that editors bind to. Its changes are written a moment after they are made, as an edit that merges the whole document into
 * whatever the entry holds by then: so it does not matter which of the others' changes it has seen. It goes by a client id of its own, since it
 * says its edits before they are stored; that id is never used again.
 */
export class LiveDocument implements OpenedDocument<Y.Doc> {
  readonly doc: Y.Doc = newDocument();
  readonly #host: DocumentHost;
  readonly #isBloated: IsBloated;
  readonly #opened: OpenedGeneration;
  #isDirty = false;
  #cancelWrite: (() => void) | undefined;
  /** Writes one after another. */
  #writing: Promise<void> = Promise.resolve();
  #isRefreshing = false;
  #isStale = false;
  #isClosed = false;
  /** It has missed a generation. */
  #isLost = false;

  private constructor(host: DocumentHost, isBloated: IsBloated) {
    this.#host = host;
    this.#isBloated = isBloated;
    this.doc.clientID = openedClient();
    this.#opened = new OpenedGeneration(this.doc);
  }

  static async open(host: DocumentHost, isBloated: IsBloated): Promise<LiveDocument> {
    const live = new LiveDocument(host, isBloated);
    host.follow(() => live.#refresh());
    await live.#read();
    live.doc.on("update", (_update: Uint8Array, origin: unknown) => {
      if (origin !== FROM_STORE) live.#changed();
    });
    live.doc.on("destroy", () => void live.close().catch((error: unknown) => host.failed(error)));
    return live;
  }

  async flush(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  #changed(): void {
    this.#isDirty = true;
    if (this.#isClosed) return;
    this.#cancelWrite ??= this.#host.later(() => void this.flush().catch((error: unknown) => this.#host.failed(error)));
  }

  async #write(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      let written: Uint8Array | undefined;
      await this.#host.write(this.#merging((state) => (written = state)));
      // Not before: a transaction may be put together anew, and a cut that no write bears would be waited for without end (C11).
      if (written !== undefined) this.#opened.noteWritten(written);
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  /** One at a time: what changes while it is being read is read after it. */
  #refresh(): void {
    this.#isStale = true;
    if (this.#isRefreshing || this.#isClosed) return;
    this.#isRefreshing = true;
    void this.#readUntilFresh().finally(() => {
      this.#isRefreshing = false;
    });
  }

  async #readUntilFresh(): Promise<void> {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      await this.#read().catch((error: unknown) => this.#host.failed(error));
    }
  }

  async #read(): Promise<void> {
    const states = await this.#host.read();
    if (this.#isLost || this.#opened.follow(states, FROM_STORE)) return;
    this.#isLost = true;
    throw lost();
  }

  #merging(made: (state: Uint8Array) => void): Edit {
    return (siblings, dot, _claim, isEverywhere) => {
      const states = [...siblings.map(decodeState), this.#opened.state()];
      const occasion = { dot, isEverywhere, isBloated: this.#isBloated };
      const outcome = edited(states, occasion, () => ({ changed: true, claim: undefined }));
      made(outcome.state);
      return outcome;
    };
  }
}

function lost(): Error {
  const message =
    "This document has been open while others went on without this replica for longer than a lease, and follows them no more. What is written in it is kept. Close it, and open it again.";
  return replicationError("invalid-entry", message, { id: undefined });
}
