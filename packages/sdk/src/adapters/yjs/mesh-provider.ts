import type * as Y from "yjs";
import { Awareness } from "y-protocols/awareness";
import { ObservableV2 } from "lib0/observable";
import type { EphemeralChannel } from "../../core/ephemeral-channel.ts";
import type { MeshHost } from "./mesh-host.ts";
import type { NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { SharedAwareness } from "./shared-awareness.ts";
import { SharedDocument } from "./shared-document.ts";

/** A channel's name holds 64 bytes. */
const MAX_NAME_BYTES = 48;
/** Before a document's name, on its channel and its shelf. */
const PREFIX = "yjs/";
/** What the first byte of a message on a document's channel says of the rest. */
const SAID = { update: 0, ownStates: 1, othersStates: 2, whoIsThere: 3 } as const;

/** As `WebrtcProvider` of y-webrtc raises them, and `error`. */
export type MeshProviderEvents = {
  status: (event: { connected: boolean }) => void;
  /** Whether the document shows all that a connected replica holds. */
  synced: (event: { synced: boolean }) => void;
  /** Replicas of the room that have come into reach or gone out of it. `bcPeers` is empty: tabs of one browser are peers like others. */
  peers: (event: { added: string[]; removed: string[]; webrtcPeers: string[]; bcPeers: string[] }) => void;
  error: (error: Error) => void;
};

export interface FlushOptions {
  /** How many voters are to hold it; 'one': this replica. Default 'quorum'. */
  readonly consistency?: "one" | "quorum" | "all";
  /** Milliseconds. Default: the replicator's. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Where a document lives, and how it gets there. */
export interface Mesh {
  readonly host: MeshHost;
  /** Names the document among those of the room. */
  readonly name: string;
  join(): Promise<void>;
  leave(): Promise<void>;
  close(): Promise<void>;
  /** Why nothing is durable here, if so. */
  readonly isKept: boolean;
}

/** A document while it is open on a mesh. */
interface Opened {
  readonly mesh: Mesh;
  readonly channel: EphemeralChannel;
  readonly document: SharedDocument;
  readonly unlisten: readonly (() => void)[];
}

/** A provider of Yjs: what it does apart from where its replicator comes from. */
export class MeshProviderBase extends ObservableV2<MeshProviderEvents> {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** Resolves when what this replica holds shows in the document; rejects where that cannot be. */
  readonly whenLoaded: Promise<void>;
  /** Resolves when the document shows all that some connected replica holds, for the first time. */
  readonly whenSynced: Promise<void>;
  readonly #runtime: Runtime;
  readonly #opened: Promise<Opened>;
  readonly #onDocDestroy = (): void => this.destroy();
  readonly #peers = new Set<NodeId>();
  #document: SharedDocument | undefined;
  #shared: SharedAwareness | undefined;
  #shouldConnect = false;
  #isSynced = false;
  #closed: Promise<void> | undefined;
  #steps: Promise<void> = Promise.resolve();
  #markSynced: () => void = () => undefined;

  protected constructor(open: Promise<Mesh>, doc: Y.Doc, awareness: Awareness | undefined, runtime: Runtime) {
    super();
    this.doc = doc;
    this.awareness = awareness ?? new Awareness(doc);
    this.#runtime = runtime;
    this.whenSynced = new Promise((resolve) => (this.#markSynced = resolve));
    this.#opened = open.then((mesh) => this.#open(mesh));
    this.whenLoaded = this.#opened.then(({ document }) => document.settled());
    this.whenLoaded.catch((error: unknown) => this.#fail(error));
    doc.on("destroy", this.#onDocDestroy);
    this.connect();
  }

  /** Whether it takes part in the room. It says nothing of peers: nobody else may be there. */
  get connected(): boolean {
    return this.#shouldConnect;
  }

  get synced(): boolean {
    return this.#isSynced;
  }

  connect(): void {
    if (this.#shouldConnect || this.#closed !== undefined) return;
    this.#shouldConnect = true;
    this.#document?.resume();
    this.#step(async ({ mesh, channel }) => {
      this.#shared ??= this.#share(channel);
      await mesh.join();
      for (const { id, status } of (await mesh.host.replicas()).slice(1)) this.#meet(id, status);
    });
    this.emit("status", [{ connected: true }]);
  }

  /**
   * Leaves the room, where the provider has one of its own; what others change does not show until the next `connect`. What is changed here is stored, and
   * shared when the replicator is in the room.
   */
  disconnect(): void {
    if (!this.#shouldConnect) return;
    this.#shouldConnect = false;
    this.#document?.pause();
    this.#step(async ({ mesh }) => {
      this.#endAwareness();
      await mesh.leave();
    });
    this.#setSynced(false);
    this.emit("status", [{ connected: false }]);
  }

  /**
   * Resolves when all that the document shows is held, on disk, by as many voters as the level asks for.
   * @throws ReplicationError `quorum-unavailable`, `quorum-timeout`, `aborted`, `storage-full`, `closed`; `invalid-config` where nothing is kept
   */
  async flush(options: FlushOptions = {}): Promise<void> {
    const { mesh, document } = await this.#opened;
    if (!mesh.isKept) {
      const message =
        "A document that is not kept is on no disk. Ask for it: `new MeshProvider(room, doc, { persist: true })`.";
      throw replicationError("invalid-config", message, { option: "persist" });
    }
    await document.store();
    await mesh.host.shelf(checked(mesh.name)).confirm({ consistency: "quorum", ...options });
  }

  /** As `close`, which it begins; so does the document's own `destroy`. */
  override destroy(): void {
    void this.close();
  }

  /** Stores what has been changed, leaves, and lets the document alone; resolves when that is done. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    this.doc.off("destroy", this.#onDocDestroy);
    this.disconnect();
    await this.#steps;
    try {
      const { mesh, document, unlisten } = await this.#opened;
      try {
        await document.close();
      } finally {
        for (const end of unlisten) end();
        await mesh.close();
      }
    } catch (error) {
      this.#fail(error);
    }
    super.destroy();
  }

  #open(mesh: Mesh): Opened {
    const { host } = mesh;
    const name = checked(mesh.name);
    const channel = host.channel(name);
    const document = new SharedDocument({
      doc: this.doc,
      shelf: host.shelf(name),
      runtime: this.#runtime,
      say: (bytes) => void channel.send(said(SAID.update, bytes)),
      failed: (error) => this.#fail(error),
      isKeeper: () => [...this.#peers].every((peer) => host.nodeId < peer),
    });
    this.#document = document;
    if (!this.#shouldConnect) document.pause();
    const unlisten = [
      channel.listen({
        message: (from, bytes) => this.#hear(document, from, bytes),
        joined: (nodeId) => this.#shared?.joined(nodeId),
        left: (nodeId) => this.#shared?.left(nodeId),
      }),
      host.onReplica((nodeId, status) => this.#meet(nodeId, status)),
      host.onError((error) => this.#fail(error)),
    ];
    return { mesh, channel, document, unlisten };
  }

  #share(channel: EphemeralChannel): SharedAwareness {
    const shared = new SharedAwareness(this.awareness, {
      say: (update) => channel.send(said(SAID.ownStates, update)),
      sayTo: (nodeId, update) => channel.sendTo(nodeId, said(SAID.othersStates, update)),
      failed: (error) => this.#fail(error),
    });
    // Those that are there already; whoever comes later says so by itself.
    channel.send(said(SAID.whoIsThere, new Uint8Array()));
    const local = this.awareness.getLocalState();
    if (local !== null) this.awareness.setLocalState(local);
    return shared;
  }

  #endAwareness(): void {
    this.#shared?.end();
    this.#shared = undefined;
  }

  /** What nobody of this protocol says is told of, and harms nothing else. */
  #hear(document: SharedDocument, from: NodeId, bytes: Uint8Array): void {
    const rest = bytes.subarray(1);
    try {
      if (bytes[0] === SAID.update) document.hear(rest);
      else if (bytes[0] === SAID.ownStates) this.#shared?.hear(from, rest, true);
      else if (bytes[0] === SAID.othersStates) this.#shared?.hear(from, rest, false);
      else if (bytes[0] === SAID.whoIsThere) this.#shared?.joined(from);
    } catch (cause) {
      const message = `Replica ${from} said of a shared document what cannot be read.`;
      this.#fail(replicationError("invalid-frame", message, { nodeId: from, reason: String(cause) }, { cause }));
    }
  }

  #meet(nodeId: NodeId, status: string): void {
    const [isThere, wasThere] = [status !== "offline", this.#peers.has(nodeId)];
    if (isThere) this.#peers.add(nodeId);
    else this.#peers.delete(nodeId);
    if (isThere !== wasThere) {
      const [added, removed] = isThere ? [[nodeId], []] : [[], [nodeId]];
      this.emit("peers", [{ added, removed, webrtcPeers: [...this.#peers], bcPeers: [] }]);
    }
    if (status === "healthy" && !this.#isSynced && this.#shouldConnect)
      void this.#opened
        .then(async ({ document }) => document.settled())
        .then(() => this.#setSynced(this.#shouldConnect && this.#peers.size > 0));
  }

  #setSynced(synced: boolean): void {
    if (synced === this.#isSynced) return;
    this.#isSynced = synced;
    if (synced) this.#markSynced();
    this.emit("synced", [{ synced }]);
  }

  #step(act: (opened: Opened) => Promise<void>): void {
    this.#steps = this.#steps
      .then(async () => act(await this.#opened))
      // Where it could not be opened, `whenLoaded` has told.
      .catch((error: unknown) => void this.#opened.then(() => this.#fail(error)).catch(() => undefined));
  }

  #fail(error: unknown): void {
    this.emit("error", [error instanceof Error ? error : new Error(String(error))]);
  }
}

function checked(name: string): string {
  const length = typeof name === "string" ? new TextEncoder().encode(name).length : 0;
  if (length >= 1 && length <= MAX_NAME_BYTES) return PREFIX + name;
  const message = `The option name must be a text of 1 to ${MAX_NAME_BYTES} bytes in UTF-8.`;
  throw replicationError("invalid-config", message, { option: "name" });
}

function said(kind: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(1 + bytes.length);
  all[0] = kind;
  all.set(bytes, 1);
  return all;
}
