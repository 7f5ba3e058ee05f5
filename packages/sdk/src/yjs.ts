import type * as Y from "yjs";
import type { Awareness } from "y-protocols/awareness";
import { MAX_MAX_PEERS, MIN_MAX_PEERS } from "./ports/transport.ts";
import { type Mesh, MeshProviderBase } from "./adapters/yjs/mesh-provider.ts";
import { memoryStorage } from "./adapters/memory/memory-storage.ts";
import type { MeshHost } from "./adapters/yjs/mesh-host.ts";
import { Replicator } from "./index.ts";
import { systemRuntime } from "./adapters/system-runtime.ts";

/** Yjs: entries as documents, and documents of their own. Needs `yjs` and `y-protocols`; what does not import this holds no byte of them. */
export { crdt, type CrdtOptions } from "./adapters/yjs/crdt.ts";
export type { CrdtFields, FieldKind } from "./adapters/yjs/entry-fields.ts";
export type { FlushOptions, MeshProviderEvents } from "./adapters/yjs/mesh-provider.ts";
export { increment } from "./adapters/yjs/counter.ts";

/** Of a document in a room of its own: as y-webrtc's, and `persist`. */
export interface MeshProviderOptions {
  /** Signaling servers' WebSocket URLs. Left out or empty: only this browser's other tabs, which are always found. */
  readonly signaling?: readonly string[];
  readonly password?: string | null;
  /** Default: one of its own. */
  readonly awareness?: Awareness;
  /** Peers that connections are kept to; in larger rooms changes are passed on. Held between 6 and 32, default 12. */
  readonly maxConns?: number;
  /** Taken, and without a meaning here: tabs of one browser find each other without a server, and are peers like others. */
  readonly filterBcConns?: boolean;
  /** Of simple-peer: its `config.iceServers` are used. Default: the TURN servers that the signaling servers offer, if any. */
  readonly peerOpts?: { readonly config?: RTCConfiguration; readonly [option: string]: unknown };
  /** Whether the document is kept in IndexedDB, so that it is there after a reload and `flush` can promise it. Default false. */
  readonly persist?: boolean;
}

/** Of a document beside the entries of a replicator. */
export interface DocumentOptions {
  /** Tells a room's documents apart: at most 48 bytes in UTF-8. Default "document". */
  readonly name?: string;
  readonly awareness?: Awareness;
}

/** What a document needs of the replicator that it lives beside: any has it. */
export type SharedReplicator = Pick<Replicator, "nodeId" | "channel" | "shelf" | "replicas" | "on">;

const DEFAULT_NAME = "document";
/** So that a document and a replicator may have rooms of one name. */
const ROOM_PREFIX = "yjs/";

/**
 * A Y.Doc that is shared over vecmesh, with the conventions of Yjs's providers: a page moves here from y-webrtc's `WebrtcProvider` by importing this
 * instead. Either in a room of its own, or over the connections and in the store of a replicator, whose owner starts and closes it.
 */
export class MeshProvider extends MeshProviderBase {
  /** The room's name; the document's, where it is a replicator's. */
  readonly roomName: string;

  constructor(room: string, doc: Y.Doc, options?: MeshProviderOptions);
  constructor(replicator: SharedReplicator, doc: Y.Doc, options?: DocumentOptions);
  constructor(place: string | SharedReplicator, doc: Y.Doc, options: MeshProviderOptions & DocumentOptions = {}) {
    const name = options.name ?? DEFAULT_NAME;
    const mesh = typeof place === "string" ? openRoom(place, options) : Promise.resolve(within(place, name));
    super(mesh, doc, options.awareness, systemRuntime());
    this.roomName = typeof place === "string" ? place : name;
  }
}

async function openRoom(room: string, options: MeshProviderOptions): Promise<Mesh> {
  const { signaling = [], password, maxConns, peerOpts, persist = false } = options;
  const iceServers = peerOpts?.config?.iceServers;
  const replicator = await Replicator.create({
    room: ROOM_PREFIX + room,
    dimensions: 1,
    ...(signaling.length > 0 && { signaling }),
    ...(password && { password }),
    ...(maxConns !== undefined && { maxPeers: Math.min(Math.max(maxConns, MIN_MAX_PEERS), MAX_MAX_PEERS) }),
    ...(iceServers && { iceServers }),
    ...(!persist && { storage: memoryStorage() }),
  });
  return {
    host: hostOf(replicator, (listener) => replicator.on("error", ({ error }) => listener(error))),
    name: DEFAULT_NAME,
    isKept: persist,
    join: () => replicator.start(),
    leave: () => replicator.stop(),
    close: () => replicator.close(),
  };
}

function within(replicator: SharedReplicator, name: string): Mesh {
  const nothing = (): Promise<void> => Promise.resolve();
  // Its owner hears what it has to tell.
  return {
    host: hostOf(replicator, () => () => undefined),
    name,
    isKept: true,
    join: nothing,
    leave: nothing,
    close: nothing,
  };
}

function hostOf(replicator: SharedReplicator, onError: MeshHost["onError"]): MeshHost {
  return {
    get nodeId() {
      return replicator.nodeId;
    },
    channel: (name) => replicator.channel(name),
    shelf: (name) => replicator.shelf(name),
    replicas: () => replicator.replicas(),
    onReplica: (listener) => replicator.on("replica", ({ nodeId, status }) => listener(nodeId, status)),
    onError,
  };
}
