/**
 * The signaling protocol: JSON text frames over one WebSocket. The first four are y-webrtc's, unchanged; a client that
 * uses only them gets only `publish` and `pong`. vecmesh adds `to`, `from`, the roster, `left`, `welcome`, `retry` (T9) and `relay` (T11).
 *
 * A message of an unknown `type` is ignored. A malformed one closes the socket with a CLOSE_CODES code and a reason.
 */

/** What a client sends. */
export type ClientMessage = SubscribeMessage | UnsubscribeMessage | PublishMessage | RelayMessage | PingMessage;

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

/**
 * Reaches all subscribers of the topic, the sender too, as in y-webrtc; or, with `to`, that one alone, if it subscribes
 * to the topic. The sender need not subscribe. Anything else in the message is passed on.
 */
export interface PublishMessage {
  readonly type: "publish";
  readonly topic: string;
  /** The receiving client's `from`. */
  readonly to?: string;
  readonly [key: string]: unknown;
}

/**
 * Sealed data for one other client that has given its nodeId for the topic. Only on a server whose `welcome` says that it relays; others
 * ignore it.
 */
export interface RelayMessage {
  readonly type: "relay";
  readonly topic: string;
  /** The receiving client's `from`. */
  readonly to: string;
  /** For the server any text, for vecmesh base64url. */
  readonly data: string;
}

export interface PingMessage {
  readonly type: "ping";
}

/** What the server sends. */
export type ServerMessage =
  | DeliveredMessage
  | RelayedMessage
  | RosterMessage
  | LeftMessage
  | WelcomeMessage
  | RetryMessage
  | PongMessage;

/** A publish as it arrives: whatever the sender wrote into `from` and `clients` is overwritten. */
export interface DeliveredMessage extends PublishMessage {
  /** The server's name for the sending socket: unguessable, one for all its topics, new with each connection. */
  readonly from: string;
  /** How many sockets subscribe to the topic on this server, as in y-webrtc. */
  readonly clients: number;
}

/** A relay message as it arrives. */
export interface RelayedMessage extends RelayMessage {
  /** As in DeliveredMessage. */
  readonly from: string;
}

/**
 * Who else is in a topic on this server: the answer to a subscribe that says its nodeId, one a topic. Subscribers without a
 * nodeId are not listed; of many, a random few are, others each time. Later arrivals announce themselves by publishing.
 */
export interface RosterMessage {
  readonly type: "roster";
  readonly topic: string;
  /** The server's name for the receiver of this roster, on this socket. */
  readonly self: string;
  readonly peers: readonly RosterPeer[];
  /** How many sockets subscribe to the topic on this server, listed or not. */
  readonly clients: number;
}

export interface RosterPeer {
  readonly from: string;
  readonly nodeId: string;
}

/**
 * A socket that gave its nodeId for this topic has unsubscribed or disconnected; told to those that gave theirs. So nobody
 * goes on dialling `from`. It says nothing about data channels: those outlive all signaling (T5).
 */
export interface LeftMessage {
  readonly type: "left";
  readonly topic: string;
  readonly from: string;
}

/**
 * What the server has to offer a client that has said its nodeId: before the first roster, and again, with fresh credentials, before the
 * old expire. Not sent where there is nothing to offer.
 */
export interface WelcomeMessage {
  readonly type: "welcome";
  /** The server's TURN servers with credentials of the receiver's own. None but to sockets whose token it has checked. */
  readonly iceServers: readonly IceServer[];
  /** Left out by a server that does not relay. */
  readonly relay?: RelayOffer;
}

/**
 * How much a client may have relayed; one that sends faster is read more slowly. A message counts as the characters of its `data` and
 * `bytesPerMessage` more.
 */
export interface RelayOffer {
  /** To one other client. */
  readonly bytesPerSecond: number;
  /** To all others together. */
  readonly socketBytesPerSecond: number;
  readonly bytesPerMessage: number;
}

/** As RTCPeerConnection takes it. */
export interface IceServer {
  readonly urls: string[];
  readonly username: string;
  readonly credential: string;
}

/** The server is about to close this socket with 1012: reconnect after so long, each client after another time. To those that said their nodeId. */
export interface RetryMessage {
  readonly type: "retry";
  readonly afterMs: number;
}

export interface PongMessage {
  readonly type: "pong";
}

/** With which WebSocket codes the server closes; the close reason says it in words, but for 1002 and 1009. After all but 1012 and 1013 the client has a fault. */
export const CLOSE_CODES = {
  /** Not a valid WebSocket frame. */
  protocolError: 1002,
  /** A binary frame. */
  unsupportedData: 1003,
  /** A text frame that is no JSON. */
  invalidData: 1007,
  /** A malformed message, or a limit on what one socket may ask for. */
  policyViolation: 1008,
  /** A frame over the payload limit. */
  tooBig: 1009,
  /** The server is shutting down or restarting. Reconnect, after as long as a `retry` said. */
  serviceRestart: 1012,
  /** A topic has as many subscribers as it may have, or the server as many topics. */
  tryAgainLater: 1013,
  /** The token has expired. Reconnect with another. */
  unauthorized: 4401,
  /** The token does not allow this topic. */
  forbidden: 4403,
} as const;
