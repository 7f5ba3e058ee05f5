import type { ConnectionPath } from "../core/connection-path.ts";
import type { NodeId } from "../core/node-id.ts";

/** What leaves first: acks and control before live writes before bulk sync (T3). */
export type Priority = "control" | "live" | "bulk";

/** Finds the other replicas of a room and moves whole messages between them. */
export interface TransportAdapter {
  /**
   * Joins the room. Resolves when looking for peers has begun, with or without a reachable signaling server;
   * the transport keeps trying until the session is stopped.
   * @throws ReplicationError `insecure-context` where the platform lacks what the transport needs.
   */
  join(self: TransportIdentity, events: TransportEvents): Promise<TransportSession>;
}

export interface TransportIdentity {
  readonly room: string;
  readonly nodeId: NodeId;
  /**
   * When this store was opened, in milliseconds since 1970 by its own clock, and a random part of one: which of two stores with one NodeId
   * is the younger (C1).
   */
  readonly openedAt: number;
  /**
   * With a room password: an AES-GCM key by which whatever passes through third parties on the way to a connection, e.g. a signaling
   * server, is sealed (T8). A transport on which nothing does may ignore it.
   */
  readonly sealingKey?: CryptoKey | undefined;
  /** With a room password: an HMAC key that goes into the keys of connections which a third party passes on (T11). */
  readonly relayingKey?: CryptoKey | undefined;
}

export interface TransportSession {
  /**
   * Direct connections to these matter most, in place of those named before: where not everybody is connected to everybody they are
   * dialled first and kept beyond `maxPeers` (T7). Nodes that are not in the room, and this one, may be among them.
   */
  prefer(nodeIds: ReadonlySet<NodeId>): void;
  /**
   * Says goodbye, closes every connection, raising `disconnected` for each, and stops looking. Idempotent. No event is
   * raised once it has resolved.
   */
  stop(): Promise<void>;
}

export interface TransportEvents {
  /** A channel is open. At most one connection a peer at a time: the older is closed before the next is announced. */
  connected(connection: Connection): void;
  /** A whole message, in the order of its priority class's sends. */
  message(connection: Connection, message: Uint8Array): void;
  /** The connection is gone; nothing sent on it from now on arrives. Raised once for each `connected`. */
  disconnected(connection: Connection, reason: string): void;
  /** Another live store carries this NodeId (a copied profile). `theirOpenedAt` as in TransportIdentity. */
  twin(theirOpenedAt: number): void;
  /** Something the user may want to know that closes no connection, e.g. a signaling server that refuses the token. */
  error(error: Error): void;
}

/**
 * How many peers a replica is connected to unless it is told otherwise (T7): up to so many a room needs no relays, and in larger ones
 * each seeks two thirds of it at random, of which a third may vanish at once and the room is in one piece still.
 */
export const DEFAULT_MAX_PEERS = 12;
/** Random graphs of fewer links each come apart by bad luck alone. */
export const MIN_MAX_PEERS = 6;
/** Browsers falter above some 50 connections, and up to 14 other voters are connected beyond these. */
export const MAX_MAX_PEERS = 32;

/** A reliable channel to one peer, ordered within each priority class. */
export interface Connection {
  /** Who the peer says it is; the replicator's handshake confirms it. */
  readonly peer: NodeId;
  /**
   * The same bytes at both ends of this channel, and others at every other channel's ends, whoever stands between: over WebRTC the two
   * DTLS fingerprints. A room's password is proven for these bytes (T8). Empty where a transport has none: then no password can be.
   */
  readonly channelBinding: Uint8Array;
  /**
   * Queues a whole message, at most MAX_MESSAGE_BYTES long, which must not be changed afterwards. Never throws for a
   * connection that has closed: the `disconnected` event has told or will tell.
   * @throws RangeError for a longer message.
   */
  send(message: Uint8Array, priority: Priority): void;
  /** Bytes queued here and not yet handed to the network, for one class. The sender's back-pressure. */
  queuedBytes(priority: Priority): number;
  /** By which way it goes now, which may change while it is open; undefined when that is not known. Left out where it makes no difference. */
  path?(): Promise<ConnectionPath | undefined>;
  /**
   * Closes after what is queued as control has left; what is queued in the other classes is dropped. The peer sees
   * `reason`, and so does this side's `disconnected`, which follows this call and never comes within it. After a reason that begins
   * with `unauthorized: `, given here or by the peer, the two are not connected again until one of them has joined anew.
   */
  close(reason: string): void;
}

/**
 * The longest message a transport carries: one sync batch of the largest entries with room for its headers.
 * Larger ones are a programming error; the sender splits batches well below it.
 */
export const MAX_MESSAGE_BYTES: number = 16 * 1024 * 1024;
