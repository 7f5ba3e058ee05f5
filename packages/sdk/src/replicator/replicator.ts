import { aborted, PendingOperations } from "./pending-operations.ts";
import { ChangeFeed, type ChangeEvent, type ChangesReset, type Checkpoint } from "./change-feed.ts";
import { checkDots } from "./dot-list.ts";
import { checkInteger, type Settings } from "./config.ts";
import {
  checkOrdered,
  patience,
  sessionDots,
  type Patience,
  type ReadOptions,
  type WriteOptions,
} from "./call-options.ts";
import type { Input, LocalItem, OperationId, Outcome, ReplicaInfo, SyncReport, WriteReceipt } from "../core/effects.ts";
import { DEFAULT_EVENT_CAPACITY, EventHub, type EventOf, type EventType, type ReplicationEvent } from "./events.ts";
import { EntryReader, type StoredEntry } from "./entry-reader.ts";
import { FlatSearch, type SearchHit, type SearchOptions } from "./flat-search.ts";
import { validateId } from "../core/entry-validation.ts";
import type { Dot } from "../core/dot.ts";
import type { Signer } from "./entry-signer.ts";
import { EffectRunner } from "./effect-runner.ts";
import type { JsonObject } from "../core/version.ts";
import type { OpenedDocument } from "../core/entry-document.ts";
import { asDocuments, deleteItems, editItem, putItems, type VectorEntry } from "./local-items.ts";
import { Membership } from "./membership.ts";
import type { NodeId } from "../core/node-id.ts";
import { mintBy } from "./mint.ts";
import type { ReplicatorParts } from "./replicator-parts.ts";
import { closedError, receiptOf, reportOf, versionsOf } from "./outcomes.ts";
import { NoticeEvents } from "./notice-events.ts";
import type { EphemeralChannel } from "../core/ephemeral-channel.ts";
import { EphemeralChannels } from "./ephemeral-channels.ts";
import type { Shelf } from "../core/shelf.ts";
import { Shelves } from "./shelves.ts";
import { LiveDocuments } from "./live-documents.ts";
import { MAX_READ_IDS } from "../core/codec/limits.ts";
import { Replica } from "../core/replica.ts";
import type { ReplicationError } from "../core/replication-error.ts";
import { tellOfStore } from "./store-damage.ts";
import { Scrubber } from "./scrubber.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";
import type { TrafficStats } from "./traffic.ts";

/**
 * A replica of a room: its own durable store, kept equal with its peers'. Reads and writes at 'one' work at all times; `start`
 * joins the room.
 */
export class ReplicatorBase<M extends JsonObject = JsonObject, D = unknown> implements AsyncDisposable {
  readonly #settings: Settings<M, D>;
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #replica: Replica;
  readonly #runner: EffectRunner;
  readonly #operations = new PendingOperations();
  readonly #events = new EventHub();
  readonly #reader: EntryReader<M>;
  readonly #feed: ChangeFeed<M>;
  readonly #search: FlatSearch<M>;
  readonly #documents: LiveDocuments<D>;
  readonly #shelves: Shelves;
  readonly #channels: EphemeralChannels;
  readonly #membership: Membership;
  readonly #signer: Signer | undefined;
  readonly #scrubber: Scrubber;
  #closing: Promise<void> | undefined;

  protected constructor({ settings, store, loaded, gate, signer, runtime }: ReplicatorParts<M, D>) {
    this.#settings = settings;
    this.#store = store;
    this.#runtime = runtime;
    this.#signer = signer;
    this.#replica = new Replica(loaded.image, settings, loaded.seenCounters, mintBy(runtime));
    const mend = (dots: readonly Dot[]): Promise<Outcome> => this.#run((op) => ({ type: "damaged", op, dots }));
    const tell = (error: ReplicationError): void => this.#events.publish({ type: "error", error });
    this.#reader = new EntryReader(this.#replica.state, store, settings.conflictResolution, tell, mend);
    this.#scrubber = new Scrubber(this.#replica.state, store, runtime, mend);
    this.#feed = new ChangeFeed(this.#replica.state, this.#reader);
    this.#search = new FlatSearch(this.#reader, runtime, () => this.#reader.ids());
    this.#documents = new LiveDocuments({
      documents: settings.documents,
      runtime,
      read: (id) => this.#reader.document(id),
      write: (id, edit, vector) => this.#write([{ kind: "edit", id, vector, edit }], { consistency: "one" }),
      onError: tell,
    });
    this.#shelves = new Shelves(this.#replica.state, this.#reader, settings.documents, {
      mustBeOpen: () => this.#mustBeOpen(),
      dimensions: () => this.#dimensions,
      write: (items, options) => this.#write(items, options),
      confirm: (dots, options) => this.confirm(dots, options),
    });
    const notices = new NoticeEvents(this.#events, this.#reader, () => this.#closing !== undefined);
    this.#runner = new EffectRunner({
      replica: this.#replica,
      store,
      runtime,
      operations: this.#operations,
      signer,
      compression: settings.compression,
      maxBytesPerSecond: settings.maxBytesPerSecond,
      onNotice: (notice) => notices.tell(notice),
      onChanged: (ids) => this.#shelves.note(ids, [this.#feed, this.#search, this.#documents]),
      onHeard: (event) => this.#channels.heard(event),
      onPreferred: (nodeIds) => this.#membership.prefer(nodeIds),
      onThrottled: () => this.#events.publish({ type: "throttled" }),
    });
    this.#channels = new EphemeralChannels((input) => this.#runner.dispatch(input), runtime);
    this.#membership = new Membership(gate, runtime, settings.room, this.#runner, {
      nodeId: () => this.nodeId,
      takeNewIdentity: (nodeId) => this.#run((op) => ({ type: "new-identity", op, nodeId })).then(() => undefined),
      onError: tell,
    });
    tellOfStore(loaded.damage.error(store.replicaName), store, runtime, tell, () => void this.close());
  }

  /** This store's identity. It changes only when a copy of the store is met (C1). */
  get nodeId(): NodeId {
    return this.#replica.state.nodeId;
  }

  /** The name that this replica's store goes by: what 'auto' took. */
  get replicaName(): string {
    return this.#store.replicaName;
  }

  /**
   * Joins the room. Resolves without a reachable signaling server too, and keeps trying. Idempotent.
   * @throws ReplicationError `closed`, `insecure-context`
   */
  async start(): Promise<void> {
    this.#mustBeOpen();
    // What it finds can only be mended from peers.
    this.#scrubber.start();
    await this.#membership.start();
  }

  /** Leaves the room; reads and writes at 'one' go on. Idempotent. */
  async stop(): Promise<void> {
    await this.#membership.stop();
  }

  /**
   * From now on the room's password is this one. Where this replica is in the room it leaves and joins anew, so nobody stays who has only
   * the old one; those are told `unauthorized`, on both sides, until theirs is changed too. Resolves when it has joined.
   * @throws ReplicationError `invalid-config`, `insecure-context`, `closed`
   */
  async rotatePassword(password: string): Promise<void> {
    this.#mustBeOpen();
    await this.#membership.rotatePassword(password);
  }

  /** Stops, waits for what is being stored, and releases the store and its lock. What still waits for others is rejected with `closed`. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end(() => this.#store.close()));
  }

  /** Closes, and erases this replica's local data. */
  async deleteStore(): Promise<void> {
    this.#mustBeOpen();
    await (this.#closing = this.#end(() => this.#store.erase()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Writes one entry, replacing what this replica holds under its id. Of an entry that is a document (`crdt`), what differs from the
   * metadata is edited, so that what others change elsewhere in it stays.
   * @throws ReplicationError `invalid-entry`, `dimension-mismatch`, `storage-full`, `unauthorized`: nothing is stored; `quorum-unavailable`,
   * `quorum-timeout`, `aborted`: see the error.
   */
  async write(entry: VectorEntry<M>, options: WriteOptions = {}): Promise<WriteReceipt> {
    return this.writeBatch([entry], options);
  }

  /** Writes several entries in one local transaction; ids must differ. Errors as in `write`. */
  async writeBatch(entries: readonly VectorEntry<M>[], options: WriteOptions = {}): Promise<WriteReceipt> {
    this.#mustBeOpen();
    return this.#write(asDocuments(putItems(entries, this.#dimensions), this.#settings.documents), options);
  }

  /**
   * Edits an entry's document, where `conflictResolution` is `crdt()`, in one Yjs transaction. `edit` is given the merge of all that this
   * replica holds of the entry; it edits it and does nothing else, since it may be called again, and whatever it throws, this throws. An edit
   * that changes nothing writes nothing; the receipt then names no dot. Other errors as in `write`, and `entry-not-found`.
   * @param options.vector replaces the entry's; needed where there is no entry yet.
   */
  async update(
    id: string,
    edit: (document: D) => void,
    options: WriteOptions & { readonly vector?: Float32Array } = {},
  ): Promise<WriteReceipt> {
    this.#mustBeOpen();
    return this.#write([editItem(id, edit, options.vector, this.#settings.documents, this.#dimensions)], options);
  }

  /**
   * An entry's document, open for editors to bind to, where `conflictResolution` is `crdt()`: it follows what other replicas change, and what is
   * changed in it is written at 'one' within a moment, at the latest when it or this replicator is closed. What cannot be written an `error` event
   * tells, and the next change tries again. Edited after somebody has deleted the entry, it makes the entry anew.
   * @param options.vector of the entry that it makes where there is none.
   * @throws ReplicationError `invalid-config`, `invalid-entry`, `dimension-mismatch`
   */
  async doc(id: string, options: { readonly vector?: Float32Array } = {}): Promise<OpenedDocument<D>> {
    this.#mustBeOpen();
    return this.#documents.open(id, options.vector, this.#dimensions);
  }

  /** Deletes an entry. An id that is not there needs no write; the receipt then names no dot. Errors as in `write`. */
  async delete(id: string, options: WriteOptions = {}): Promise<WriteReceipt> {
    return this.deleteBatch([id], options);
  }

  async deleteBatch(ids: readonly string[], options: WriteOptions = {}): Promise<WriteReceipt> {
    this.#mustBeOpen();
    return this.#write(deleteItems(ids), options);
  }

  /** Waits (again) until earlier writes are held by as many voters as the level asks for; writes nothing (Q8). */
  async confirm(dots: readonly Dot[], options: WriteOptions = {}): Promise<WriteReceipt> {
    this.#mustBeOpen();
    checkDots(dots);
    const { level, deadline } = this.#waiting(options);
    return receiptOf(
      await this.#run((op) => ({ type: "confirm", op, dots: [...dots], level, deadline }), options.signal),
    );
  }

  /**
   * The entry as this replica holds it; at 'quorum' and 'all', as so many voters hold it together, and nothing is told that they do not
   * all hold by then.
   * @throws ReplicationError `quorum-unavailable`, `quorum-timeout`, `session-not-satisfied`, `aborted`
   */
  async get(id: string, options: ReadOptions = {}): Promise<StoredEntry<M> | undefined> {
    this.#mustBeOpen();
    validateId(id);
    const { level, deadline } = this.#waiting(options, "one");
    const { after, signal } = options;
    if (signal?.aborted === true) throw aborted(signal, "Nothing was read.");
    if (after !== undefined) {
      const dots = sessionDots(after);
      await this.#run((op) => ({ type: "await-session", op, dots, deadline }), signal);
    }
    if (level === "one") return (await this.#reader.read([id]))[0];
    const outcome = await this.#run((op) => ({ type: "read", op, ids: [id], level, deadline }), signal);
    return this.#reader.show(id, versionsOf(outcome));
  }

  /** Every visible entry of this replica, in no promised order. */
  async *entries(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<StoredEntry<M>, void> {
    this.#mustBeOpen();
    yield* this.#reader.all(options.signal);
  }

  async count(): Promise<number> {
    this.#mustBeOpen();
    return this.#replica.state.visibleCount - this.#shelves.count;
  }

  /** The nearest entries of the local replica, nearest first: exact. @throws ReplicationError `dimension-mismatch`, `invalid-entry` */
  async search(vector: Float32Array, options: SearchOptions<M> = {}): Promise<SearchHit<M>[]> {
    this.#mustBeOpen();
    return this.#search.search(vector, options, this.#dimensions);
  }

  /** The largest lag among online voters, milliseconds; 0 alone. */
  async lagMs(): Promise<number> {
    this.#mustBeOpen();
    return this.#replica.status.lagMs(this.#runtime.now());
  }

  /** This replica first. */
  async replicas(): Promise<ReplicaInfo[]> {
    this.#mustBeOpen();
    return this.#runner.withPaths(() => this.#replica.status.replicas(this.#runtime.now()));
  }

  /** What replication has moved since this replicator was created, and what waits to leave. */
  stats(): TrafficStats {
    return { ...this.#runner.traffic, queuedBytes: this.#runner.queuedBytes };
  }

  /** Bytes for everybody in the room that are not stored, such as cursors (T12). @throws ReplicationError `invalid-config` */
  channel(name: string): EphemeralChannel {
    this.#mustBeOpen();
    return this.#channels.open(name);
  }

  /** Entries beside the room's own, for a library that keeps something in it. @throws ReplicationError `invalid-config` */
  shelf(name: string): Shelf {
    this.#mustBeOpen();
    return this.#shelves.open(name);
  }

  /** All events from now on. A reader that falls `capacity` (256) events behind is told `overflow`. */
  events(
    options: { readonly signal?: AbortSignal; readonly capacity?: number } = {},
  ): AsyncIterableIterator<ReplicationEvent> {
    this.#mustBeOpen();
    checkInteger("capacity", options.capacity, 1, Number.MAX_SAFE_INTEGER);
    return this.#events.read(options.capacity ?? DEFAULT_EVENT_CAPACITY, options.signal);
  }

  /** Returns the function that takes the listener off. */
  on<T extends EventType>(
    type: T,
    listener: (event: EventOf<T>) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): () => void {
    this.#mustBeOpen();
    return this.#events.on(type, listener, options.signal);
  }

  /**
   * Every visible entry, then what changes; with `since`, what has changed since that checkpoint, also after a reload. A checkpoint that
   * is too old for that, or of another store, is answered by `reset` and every visible entry.
   */
  changes(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<ChangeEvent<M>>;
  changes(options: {
    readonly since?: Checkpoint;
    readonly signal?: AbortSignal;
  }): AsyncIterableIterator<ChangeEvent<M> | ChangesReset>;
  changes(
    options: { readonly since?: Checkpoint; readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<ChangeEvent<M> | ChangesReset> {
    this.#mustBeOpen();
    return this.#feed.read(options.since, options.signal);
  }

  /** Makes a connected replica a voter. @throws ReplicationError `replica-set-full`, `replica-not-found`, `quorum-unavailable` */
  async addReplica(nodeId: NodeId, options: WriteOptions = {}): Promise<void> {
    await this.#reconfigure("add", nodeId, options);
  }

  /** Takes a voter's vote; it is not enrolled again until added. Errors as in `addReplica`. */
  async removeReplica(nodeId: NodeId, options: WriteOptions = {}): Promise<void> {
    await this.#reconfigure("remove", nodeId, options);
  }

  /** A whole reconciliation with that peer, mending both: what each gained and dropped. @throws ReplicationError `replica-not-found` */
  async forceSync(nodeId: NodeId, options: WriteOptions = {}): Promise<SyncReport> {
    this.#mustBeOpen();
    const { deadline } = this.#waiting(options);
    const outcome = await this.#run((op) => ({ type: "force-sync", op, nodeId, deadline }), options.signal);
    return reportOf(outcome);
  }

  async #reconfigure(change: "add" | "remove", nodeId: NodeId, options: WriteOptions): Promise<void> {
    this.#mustBeOpen();
    const { deadline } = this.#waiting(options);
    await this.#run((op) => ({ type: "reconfigure", op, change, nodeId, deadline }), options.signal);
  }

  async #write(items: readonly LocalItem[], options: WriteOptions): Promise<WriteReceipt> {
    const { level, deadline } = this.#waiting(options);
    checkOrdered(options.ordered, level, items.length, MAX_READ_IDS);
    this.#signer?.mustAllow(items);
    const ordered = options.ordered === true;
    return receiptOf(await this.#run((op) => ({ type: "write", op, items, level, ordered, deadline }), options.signal));
  }

  /** The room's; where it fixes none, the configuration's. */
  get #dimensions(): number | undefined {
    return this.#replica.state.replicaSet.dimensions ?? this.#settings.insists.dimensions;
  }

  #waiting(options: WriteOptions | ReadOptions, level = this.#settings.consistencyLevel): Patience {
    return patience(options, { level, timeoutMs: this.#settings.timeoutMs }, this.#runtime.now());
  }

  #run(input: (op: OperationId) => Input, signal?: AbortSignal): Promise<Outcome> {
    return this.#operations.run(
      (op) => this.#runner.dispatch(input(op)),
      (op) => this.#runner.dispatch({ type: "abandon", op }),
      signal,
    );
  }

  /** Whatever fails on the way, what comes after it is still done. */
  async #end(release: () => Promise<void>): Promise<void> {
    const closed = closedError("What waited for others may be stored here, and there; what was still to be stored is.");
    this.#operations.leave(closed);
    this.#scrubber.stop();
    try {
      await Promise.all([this.#membership.stop(), this.#documents.close()]);
    } finally {
      await this.#runner.close();
      this.#operations.rejectAll(closed);
      this.#feed.close();
      this.#events.close();
      await release();
    }
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw closedError("Create a new one.");
  }
}
