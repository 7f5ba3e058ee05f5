import type { DocumentHost, DocumentModel, Edit, OpenedDocument } from "../core/entry-document.ts";
import { isReplicationError, type ReplicationError, replicationError } from "../core/replication-error.ts";
import { validateId, validateVector } from "../core/entry-validation.ts";
import { refuse } from "./config.ts";
import type { Runtime } from "../ports/runtime.ts";

/** After a change, until it is written with what else has been changed by then: fewer writes than keystrokes, and sooner than one looks up. */
const WRITE_AFTER_MS = 200;

export interface LiveDocumentsOptions<D> {
  readonly documents: Pick<DocumentModel<never, D>, "open"> | undefined;
  readonly runtime: Runtime;
  read(id: string): Promise<{ readonly states: readonly Uint8Array[]; readonly vector: Float32Array | undefined }>;
  /** At 'one'. */
  write(id: string, edit: Edit, vector: Float32Array | undefined): Promise<unknown>;
  onError(error: ReplicationError): void;
}

/** Entries' documents that are open. */
export class LiveDocuments<D> {
  readonly #options: LiveDocumentsOptions<D>;
  readonly #open = new Set<OpenedDocument<D>>();
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(options: LiveDocumentsOptions<D>) {
    this.#options = options;
  }

  /** These ids have changed. */
  note(ids: ReadonlySet<string>): void {
    if (this.#followers.size > 0) for (const id of ids) for (const changed of this.#followers.get(id) ?? []) changed();
  }

  /** @param vector of the entry that is made where there is none. */
  async open(id: string, vector: Float32Array | undefined, dimensions: number | undefined): Promise<OpenedDocument<D>> {
    validateId(id);
    if (vector !== undefined) validateVector(vector, dimensions, id);
    const { documents } = this.#options;
    if (documents === undefined) refuse("conflictResolution", "crdt() of @vecmesh/sdk/yjs, for entries to be edited");
    const ends: (() => void)[] = [];
    const opened = await documents.open(this.#host(id, vector?.slice(), ends));
    const document: OpenedDocument<D> = {
      doc: opened.doc,
      flush: () => opened.flush(),
      close: async () => {
        for (const end of ends) end();
        this.#open.delete(document);
        await opened.close();
      },
    };
    this.#open.add(document);
    return document;
  }

  /** The replicator closes: what has been changed is written first, where it can be. */
  async close(): Promise<void> {
    for (const closed of await Promise.allSettled([...this.#open].map((each) => each.close())))
      if (closed.status === "rejected") this.#tell(closed.reason);
  }

  #host(id: string, given: Float32Array | undefined, ends: (() => void)[]): DocumentHost {
    // Of an entry that is deleted and then edited here, which makes it anew.
    let spare = given;
    return {
      read: async () => {
        const { states, vector } = await this.#options.read(id);
        spare = vector ?? spare;
        return states;
      },
      follow: (changed) => ends.push(this.#follow(id, changed)),
      write: async (edit) => {
        try {
          await this.#options.write(id, edit, undefined);
        } catch (error) {
          if (!isReplicationError(error) || error.code !== "entry-not-found" || spare === undefined) throw error;
          await this.#options.write(id, edit, spare);
        }
      },
      later: (task) => this.#options.runtime.setTimer(task, WRITE_AFTER_MS),
      failed: (error) => this.#tell(error),
    };
  }

  #follow(id: string, changed: () => void): () => void {
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(changed));
    return () => {
      followers.delete(changed);
      if (followers.size === 0) this.#followers.delete(id);
    };
  }

  #tell(cause: unknown): void {
    if (isReplicationError(cause)) this.#options.onError(cause);
    else {
      const text = `A live document could not be kept: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#options.onError(replicationError("invalid-entry", text, { id: undefined }, { cause }));
    }
  }
}
