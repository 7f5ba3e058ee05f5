import type { NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import {
  DEFAULT_MAX_PEERS,
  type TransportAdapter,
  type TransportEvents,
  type TransportIdentity,
  type TransportSession,
} from "../../ports/transport.ts";
import { RelayChannel } from "../relay/relay-channel.ts";
import { broadcastChannelSignaling } from "../signaling/broadcast-channel-signaling.ts";
import { sealedSignaling } from "../signaling/sealed-signaling.ts";
import type { Signaling } from "../signaling/signaling.ts";
import { webSocketSignaling } from "../signaling/websocket-signaling.ts";
import { checkIceOptions, IceServers, type IceOptions } from "./ice-servers.ts";
import { Mesh } from "./mesh.ts";
import { watchPage } from "./page-lifecycle.ts";
import { PeerChannel } from "./peer-channel.ts";
import { PeerConnectionBudget } from "./peer-connection-budget.ts";
import type { WebRtcImplementation } from "./webrtc-implementation.ts";

export interface WebRtcTransportOptions extends IceOptions {
  /** URLs of signaling servers, `ws:` or `wss:`; all are used at once. None: only this browser's other tabs are found. */
  readonly signaling?: string | readonly string[] | undefined;
  /** Shown to the signaling servers; a function is asked afresh at each connection. */
  readonly token?: string | (() => Promise<string>) | undefined;
  /** How many peers to be connected to, those that are preferred not counted (T7). Default 12. */
  readonly maxPeers?: number | undefined;
  /** Whether to go through signaling servers that relay where nothing else leads to a peer; only in rooms with a password. Default false. */
  readonly relay?: boolean | undefined;
  readonly runtime: Runtime;
  /** WebRTC where the platform has none, e.g. `@roamhq/wrtc` in Node. Default: the platform's. */
  readonly wrtc?: WebRtcImplementation | undefined;
  /** The WebSocket class where the platform has none, e.g. that of `ws` in Node 20. Default: the platform's. */
  readonly WebSocket?: typeof WebSocket | undefined;
}

/**
 * Replicas reach each other directly over WebRTC data channels. Tabs of one browser find each other by themselves, others
 * through signaling servers; what is connected stays so when those are gone.
 * @throws ReplicationError `invalid-config` for a signaling URL that is none, `iceServers` that are no list and no function, and an
 * unknown `iceTransportPolicy`.
 */
export function webrtcTransport(options: WebRtcTransportOptions): TransportAdapter {
  const urls = typeof options.signaling === "string" ? [options.signaling] : (options.signaling ?? []);
  for (const url of urls) requireWebSocketUrl(url);
  checkIceOptions(options);
  // Of the page and not of one stay in a room: a replicator that stops and starts has the same browser under it.
  const budget = new PeerConnectionBudget();
  return {
    join: async (self, events) => new WebRtcSession(options, new Set(urls), budget, self, events),
  };
}

class WebRtcSession implements TransportSession {
  readonly #stopWatching: () => void;
  #mesh: Mesh;
  #preferred: ReadonlySet<NodeId> = new Set();
  #stopped: Promise<void> | undefined;

  constructor(
    { token, runtime, maxPeers = DEFAULT_MAX_PEERS, ...options }: WebRtcTransportOptions,
    urls: ReadonlySet<string>,
    budget: PeerConnectionBudget,
    self: TransportIdentity,
    events: TransportEvents,
  ) {
    const wrtc = options.wrtc ?? platformWebRtc();
    const WebSocket = urls.size === 0 ? undefined : (options.WebSocket ?? platformWebSocket());
    const signaling: Signaling[] = [];
    const tabs = broadcastChannelSignaling();
    if (tabs !== undefined) signaling.push(tabs);
    const ice = new IceServers(options, (error) => events.error(error));
    if (WebSocket !== undefined) {
      for (const url of urls) {
        const offered = (servers: readonly RTCIceServer[]): void => ice.offered(url, servers);
        const relay = options.relay === true && self.relayingKey !== undefined;
        signaling.push(webSocketSignaling({ url, token, runtime, WebSocket, relay, offered }));
      }
    }
    const { sealingKey, relayingKey } = self;
    const enter = (): Mesh =>
      new Mesh({
        self,
        events,
        runtime,
        maxPeers,
        signaling:
          sealingKey === undefined ? signaling : signaling.map((way) => sealedSignaling(way, sealingKey, runtime)),
        openChannel: (initiator, channelEvents, way) =>
          way === undefined || relayingKey === undefined
            ? new PeerChannel({ initiator, ice: () => ice.configuration(), wrtc, budget, runtime }, channelEvents)
            : new RelayChannel({ initiator, ...way, relayingKey, runtime }, channelEvents),
        isBudgetSpent: () => budget.isSpent,
      });
    this.#mesh = enter();
    this.#stopWatching = watchPage({
      woke: () => this.#mesh.wake(),
      hidden: () => this.#mesh.vanish(),
      restored: () => {
        this.#mesh = enter();
        this.#mesh.prefer(this.#preferred);
      },
    });
  }

  prefer(nodeIds: ReadonlySet<NodeId>): void {
    this.#preferred = nodeIds;
    this.#mesh.prefer(nodeIds);
  }

  stop(): Promise<void> {
    this.#stopWatching();
    this.#stopped ??= this.#mesh.leave();
    return this.#stopped;
  }
}

function requireWebSocketUrl(url: string): void {
  let protocol: string | undefined;
  try {
    ({ protocol } = new URL(url));
  } catch {
    // Told below.
  }
  if (protocol === "ws:" || protocol === "wss:") return;
  const message = `"${url}" is no signaling server's URL. Pass one like "wss://signaling.example.org" or "ws://localhost:4444".`;
  throw replicationError("invalid-config", message, { option: "signaling" });
}

function platformWebRtc(): WebRtcImplementation {
  if (typeof RTCPeerConnection === "undefined") {
    const message =
      "This platform has no WebRTC. In a browser, run in a page and not in a worker; in Node, take `createEdgeReplicator` of @vecmesh/edge, or pass a `transport`.";
    throw replicationError("insecure-context", message, {});
  }
  return { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate };
}

function platformWebSocket(): typeof WebSocket {
  if (typeof WebSocket === "undefined") {
    const message = "This platform has no WebSocket. Pass a class as `WebSocket`, e.g. that of the `ws` package.";
    throw replicationError("insecure-context", message, {});
  }
  return WebSocket;
}
