/** What one client may cost the server. Nothing here is reached by an honest vecmesh or y-webrtc client. */
export interface Limits {
  /** Bytes in one message. */
  readonly maxPayloadBytes: number;
  /** Levels of objects and arrays in one message. */
  readonly maxMessageDepth: number;
  readonly maxTopicsPerSocket: number;
  /** UTF-16 code units. */
  readonly maxTopicLength: number;
  /** UTF-16 code units. */
  readonly maxNodeIdLength: number;
  readonly maxSubscribersPerTopic: number;
  /** The size of each socket's token bucket. A message costs one token, and one more for each topic it names and for each full `bytesPerToken`. */
  readonly burstTokens: number;
  /** How fast the bucket fills. A socket that has overdrawn it is not read until it has filled up to zero; nothing is dropped. */
  readonly tokensPerSecond: number;
  readonly bytesPerToken: number;
  /** Bytes queued for one socket beyond what the operating system took. A reader that lets more queue up is terminated. */
  readonly maxBufferedBytes: number;
  /** Milliseconds between pings. A socket that was silent from one ping to the next is terminated. */
  readonly pingIntervalMs: number;
  /** Milliseconds that a client has to answer a close before it is terminated. */
  readonly closeGraceMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  // An SDP offer with data channels takes 1 to 3 KB, one with audio and video some 20 KB, a third more when sealed.
  maxPayloadBytes: 64 * 1024,
  // Signals nest four deep. JSON.stringify recurses, so what has no bound here could overflow the stack.
  maxMessageDepth: 32,
  // A page has at most 500 peer connections in its life (T6): more rooms could not have one peer each.
  maxTopicsPerSocket: 500,
  // Rooms are often named by a whole URL. With the topics per socket, at most 1 MB of names a socket.
  maxTopicLength: 1024,
  // A vecmesh NodeId has 32 hex digits; other clients may use longer ids.
  maxNodeIdLength: 64,
  // Every broadcast costs a send to each. Meshes are partial above 12 peers (T7), y-webrtc's above 20 to 35.
  maxSubscribersPerTopic: 1000,
  // Joining a y-webrtc room of 35 takes 35 answers and some 350 ICE candidates within a second: five rooms at once fit in.
  burstTokens: 2000,
  // Half such a room a second for as long as it likes; 64 KiB messages come through at 12 a second.
  tokensPerSecond: 200,
  // The usual signal costs one token.
  bytesPerToken: 4096,
  // Over 300 offers, or the roster of a full topic ten times over, unread.
  maxBufferedBytes: 1024 * 1024,
  // Proxies commonly cut a connection that was idle for 60 s.
  pingIntervalMs: 30_000,
  // Many round trips, and well within the 10 s that process managers leave between SIGTERM and SIGKILL.
  closeGraceMs: 2000,
};
