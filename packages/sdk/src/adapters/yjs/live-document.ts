import * as Y from "yjs";
import type { DocumentHost, Edit, OpenedDocument } from "../../core/entry-document.ts";
import { uint53 } from "lib0/random";
import { withDocument } from "./with-document.ts";

/** The origin of changes that come from the store: an editor's binding sees by it that they are not its own, and they are not written again. */
export const FROM_STORE: unique symbol = Symbol("from the store");

/**
 * A document that editors bind to. Its changes are written a moment after they are made, as an edit that merges the whole document into
 * whatever the entry holds by then: so it does not matter which of the others' changes it has seen. It goes by a client id of its own, since it
 * says its edits before they are stored; that id is never used again.
 */
export class LiveDocument implements OpenedDocument<Y.Doc> {
  readonly doc: Y.Doc = new Y.Doc();
  readonly #host: DocumentHost;
  #isDirty = false;
  #cancelWrite: (() => void) | undefined;
  /** Writes one after another. */
  #writing: Promise<void> = Promise.resolve();
  #isRefreshing = false;
  #isStale = false;
  #isClosed = false;

  private constructor(host: DocumentHost) {
    this.#host = host;
    this.doc.clientID = uint53();
  }

  static async open(host: DocumentHost): Promise<LiveDocument> {
    const live = new LiveDocument(host);
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
      await this.#host.write(merging(Y.encodeStateAsUpdateV2(this.doc)));
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
    for (const state of await this.#host.read()) Y.applyUpdateV2(this.doc, state, FROM_STORE);
  }
}

function merging(state: Uint8Array): Edit {
  return (siblings) => ({
    state: withDocument([...siblings, state], (document) => Y.encodeStateAsUpdateV2(document)),
    changed: true,
    claim: undefined,
  });
}
