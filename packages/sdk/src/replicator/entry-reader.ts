import {
  type ConflictResolution,
  conflictResolutionName,
  project,
  type Projection,
  toVersion,
  type Version,
} from "../core/conflict-resolution.ts";
import { aborted } from "./pending-operations.ts";
import type { DurableState } from "../core/durable-state.ts";
import type { IndexedVersion } from "../core/held-versions.ts";
import { statesOf, vectorHolder } from "../core/entry-document.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeStored } from "../core/codec/stored.ts";
import type { Author } from "../core/node-id.ts";
import type { Dot } from "../core/dot.ts";
import type { JsonObject, StoredVersion } from "../core/version.ts";
import { unreadable } from "../core/mending.ts";
import { liveSiblings } from "../core/siblings.ts";
import { isShelved } from "../core/shelf.ts";
import { modeOf } from "../core/room-facts.ts";
import { type ReplicationError, replicationError } from "../core/replication-error.ts";
import { validateEntry } from "../core/entry-validation.ts";
import type { Store } from "../ports/storage.ts";
import { versionKey } from "../core/store-layout.ts";

/** An entry as this replica shows it. */
export interface StoredEntry<M extends JsonObject = JsonObject> {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: M;
  /** The writes that it is made of: one, or several while there is a conflict. */
  readonly dots: readonly Dot[];
  /** When the newest of them was made, by its writer's clock: milliseconds since 1970. */
  readonly timestamp: number;
  /** In `vector-clock` mode the concurrent writes that are not shown; else empty. */
  readonly conflicts: readonly Version<M>[];
  /** Who signed the write that is shown, where the room's entries are signed. What a custom resolver makes of several writes has no author. */
  readonly author?: Author;
}

/** Ids read from the store at once: bounds memory and the time one task takes. */
const READ_CHUNK = 256;
/** By then what was replaced is replaced in the index too: what still cannot be read is damaged or missing. */
const MEND_AFTER_ATTEMPTS = 3;
/** A read that finds its versions replaced begins again; each time some write has made progress. */
const MAX_READ_ATTEMPTS = 100;

/** Reads what ids show: their live siblings' payloads, projected (C6). */
export class EntryReader<M extends JsonObject> {
  readonly #state: DurableState;
  readonly #store: Store;
  readonly #configured: ConflictResolution<M> | undefined;

  readonly #onResolverFailure: (error: ReplicationError) => void;
  readonly #mend: (dots: readonly Dot[]) => Promise<unknown>;

  constructor(
    state: DurableState,
    store: Store,
    configured: ConflictResolution<M> | undefined,
    onResolverFailure: (error: ReplicationError) => void,
    mend: (dots: readonly Dot[]) => Promise<unknown>,
  ) {
    this.#mend = mend;
    this.#state = state;
    this.#store = store;
    this.#configured = configured;
    this.#onResolverFailure = onResolverFailure;
  }

  /** What each id shows, in order; `undefined` where nothing lives. */
  async read(ids: readonly string[]): Promise<(StoredEntry<M> | undefined)[]> {
    const siblings = await this.siblings(ids);
    return siblings.map((live, i) => entryOf(ids[i]!, this.#project(ids[i]!, live)));
  }

  /** What these siblings of an id show. */
  show(id: string, siblings: readonly StoredVersion[]): StoredEntry<M> | undefined {
    return entryOf(id, this.#project(id, liveSiblings(siblings)));
  }

  /** Of an entry that is a document: its live siblings' states, and the vector that it shows. */
  async document(
    id: string,
  ): Promise<{ readonly states: readonly Uint8Array[]; readonly vector: Float32Array | undefined }> {
    const [live = []] = await this.siblings([id]);
    return { states: statesOf(live), vector: vectorHolder(live)?.vector };
  }

  /** The live siblings of one id, as a conflict shows them, and what they resolve to. */
  async conflict(id: string): Promise<{ siblings: Version<M>[]; resolution: Projection<M> } | undefined> {
    const [live] = await this.siblings([id]);
    const resolution = this.#project(id, live ?? []);
    return resolution === undefined
      ? undefined
      : { siblings: live!.map((version) => toVersion<M>(this.#shown(version))), resolution };
  }

  /** The room's, deleted ones among them. */
  ids(): string[] {
    return [...this.#state.all()].map(([id]) => id).filter((id) => !isShelved(id));
  }

  /** All visible entries of the room, as they are when their chunk is read. */
  async *all(signal?: AbortSignal): AsyncGenerator<StoredEntry<M>, void> {
    const ids = this.ids();
    for (let from = 0; from < ids.length; from += READ_CHUNK) {
      for (const entry of await this.read(ids.slice(from, from + READ_CHUNK))) {
        if (signal?.aborted === true) throw aborted(signal, "Reading has stopped.");
        if (entry !== undefined) yield entry;
      }
    }
  }

  /** The live siblings of each id with their payloads. */
  async siblings(ids: readonly string[]): Promise<StoredVersion[][]> {
    for (let attempt = 0; attempt < MAX_READ_ATTEMPTS; attempt++) {
      const wanted = ids.map((id) => liveSiblings<IndexedVersion>(this.#state.siblings(id)));
      const flat = wanted.flat();
      const found = await this.#store.get(flat.map((version) => versionKey(version.dot)));
      const versions = found.map((bytes) => bytes && versionIn(bytes));
      const damaged = flat.filter((_, i) => versions[i] === undefined);
      if (attempt >= MEND_AFTER_ATTEMPTS && damaged.length > 0) await this.#takeOut(damaged);
      // A version that is gone from the store was replaced by a transaction that the index is about to show; a damaged one is taken out.
      const whole = versions.filter((version) => version !== undefined);
      if (whole.length < versions.length) continue;
      let at = 0;
      return wanted.map((siblings) => whole.slice(at, (at += siblings.length)));
    }
    const message = `Writes have overtaken ${MAX_READ_ATTEMPTS} attempts to read ${ids.length} entries. Read fewer at once, or again.`;
    throw replicationError("storage-corrupt", message, {});
  }

  /** @throws ReplicationError `storage-corrupt` where the store takes no change. */
  async #takeOut(damaged: readonly IndexedVersion[]): Promise<void> {
    const dots = damaged.map((version) => version.dot);
    const ids = [...new Set(damaged.map((version) => version.id))];
    await this.#mend(dots).catch((error: unknown) => {
      throw unreadable(ids, error as Error);
    });
  }

  /** What an id shows. A resolver that fails hides nothing: the id shows its latest write, and an error event tells. */
  #project(id: string, live: readonly StoredVersion[]): Projection<M> | undefined {
    const resolution = this.#resolution();
    if (resolution.mode !== "custom" && resolution.mode !== "crdt") return project(live, resolution);
    try {
      const projection = project(live, resolution);
      if (projection !== undefined && live.length > 1 && resolution.mode === "custom")
        validateEntry({ id, ...projection }, this.#state.replicaSet.dimensions);
      return projection;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `The resolver "${conflictResolutionName(resolution)}" failed for "${id}", which shows its latest write instead: ${reason}`;
      this.#onResolverFailure(replicationError("resolver-failed", message, { id }, { cause }));
      return project(live, { mode: "last-write-wins" });
    }
  }

  /** As its document shows itself, where it has one. */
  #shown(version: StoredVersion): StoredVersion {
    if (version.document === undefined) return version;
    return { ...version, metadata: this.#project(version.id, [version])?.metadata ?? {} };
  }

  /** The room's mode, with the configured resolver where that is one. */
  #resolution(): ConflictResolution<M> {
    const mode = modeOf(this.#state.replicaSet.conflictResolution);
    if ((mode === "custom" || mode === "crdt") && this.#configured?.mode === mode) return this.#configured;
    return mode === "vector-clock" ? { mode: "vector-clock" } : { mode: "last-write-wins" };
  }
}

function entryOf<M extends JsonObject>(id: string, projection: Projection<M> | undefined): StoredEntry<M> | undefined {
  return projection === undefined ? undefined : { id, ...projection };
}

/** `undefined` where the record is damaged. */
function versionIn(bytes: Uint8Array): StoredVersion | undefined {
  try {
    return decodeStored(bytes).version;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
