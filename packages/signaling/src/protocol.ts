/**
 * The signaling protocol: JSON text frames over one WebSocket. The first four are y-webrtc's, unchanged; a client that
 * uses only them sees only them. vecmesh adds `to`, `from` and the roster (T9).
 */

/** What a client sends. */
export type ClientMessage = SubscribeMessage | UnsubscribeMessage | PublishMessage | PingMessage;

export interface SubscribeMessage {
  readonly type: "subscribe";
  readonly topics: readonly string[];
  /** Asks for a roster in answer, and puts this client on the rosters of these topics under this id. */
  readonly nodeId?: string;
}

export interface UnsubscribeMessage {
  readonly type: "unsubscribe";
  readonly topics: readonly string[];
}

/** Reaches all subscribers of the topic, the sender too, as in y-webrtc; or, with `to`, that one alone. Anything else in it is passed on. */
export interface PublishMessage {
  readonly type: "publish";
  readonly topic: string;
  /** The receiving client's `from`. */
  readonly to?: string;
  readonly [key: string]: unknown;
}

export interface PingMessage {
  readonly type: "ping";
}

/** What the server sends. */
export type ServerMessage = DeliveredMessage | RosterMessage | PongMessage;

/** A publish as it arrives. `clients` is how many the topic has, as y-webrtc expects. `from` is the server's word. */
export interface DeliveredMessage extends PublishMessage {
  readonly from: string;
  readonly clients: number;
}

/** Who else is in a topic: the answer to a subscribe that says its nodeId. Later arrivals announce themselves by publishing. */
export interface RosterMessage {
  readonly type: "roster";
  readonly topic: string;
  /** The server's name for the receiver of this roster, on this socket. */
  readonly self: string;
  readonly peers: readonly RosterPeer[];
}

export interface RosterPeer {
  readonly from: string;
  readonly nodeId: string;
}

export interface PongMessage {
  readonly type: "pong";
}
