/** What clients may cost the server. Nothing here is reached by honest vecmesh or y-webrtc clients in numbers that one server is for. */
export interface Limits {
  /** Bytes in one message. */
  readonly maxPayloadBytes: number;
  /** WebSocket frames that one message may come in. */
  readonly maxFragments: number;
  /** Levels of objects and arrays in one message. */
  readonly maxMessageDepth: number;
  readonly maxTopicsPerSocket: number;
  /** Subscriptions of all sockets of one address. */
  readonly maxSubscriptionsPerAddress: number;
  /** UTF-16 code units. */
  readonly maxTopicLength: number;
  /** UTF-16 code units. */
  readonly maxNodeIdLength: number;
  readonly maxSubscribersPerTopic: number;
  /** Topics with subscribers. */
  readonly maxTopics: number;
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  /**
   * The size of each socket's token bucket. A message costs one token, and one more for each topic it names, for each full
   * `bytesPerToken` and for each full `receiversPerToken` that it reaches or is told about.
   */
  readonly burstTokens: number;
  /** How fast the bucket fills. A socket that has overdrawn it is not read until it has filled up to zero; nothing is dropped. */
  readonly tokensPerSecond: number;
  /** The size of the bucket that all sockets of one address spend from as well. */
  readonly addressBurstTokens: number;
  readonly addressTokensPerSecond: number;
  /** What a connection costs its address, admitted or not. */
  readonly tokensPerConnection: number;
  /** What it costs the address when a socket is closed for breaking a rule. */
  readonly tokensPerViolation: number;
  readonly bytesPerToken: number;
  readonly receiversPerToken: number;
  /** Bytes queued for one socket beyond what the operating system took. A reader that lets more queue up is terminated. */
  readonly maxBufferedBytes: number;
  /** Bytes queued for all sockets together. While there are more, a reader that lets more than one message queue up is terminated. */
  readonly maxTotalBufferedBytes: number;
  /** Milliseconds from connecting until the whole HTTP request must be there. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that `authorize` may take. */
  readonly authorizeTimeoutMs: number;
  /** Milliseconds from opening until a socket must have subscribed or published. */
  readonly firstMessageTimeoutMs: number;
  /** Milliseconds between pings. A socket that was silent from one ping to the next is terminated. */
  readonly pingIntervalMs: number;
  /** Milliseconds that a client has to answer a close before it is terminated. */
  readonly closeGraceMs: number;
  /** Milliseconds over which a drain spreads the closing of its sockets. */
  readonly drainMs: number;
  /** Milliseconds over which sockets are closed after a broker has lost messages, so that their clients announce themselves anew. */
  readonly regatherMs: number;
  /** Clients of a server that ends are asked to stay away for up to so many milliseconds, each for another time. */
  readonly retrySpreadMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  // An SDP offer with data channels takes 1 to 3 KB, one with audio and video some 20 KB, a third more when sealed.
  maxPayloadBytes: 64 * 1024,
  // No browser splits so short a message; proxies may. Each fragment takes memory, an empty one too.
  maxFragments: 64,
  // Signals nest four deep. JSON.stringify recurses, so what has no bound here could overflow the stack.
  maxMessageDepth: 32,
  // A page has at most 500 peer connections in its life (T6): more rooms could not have one peer each.
  maxTopicsPerSocket: 500,
  // Ten for each of the sockets; more would let one address take the server's topics.
  maxSubscriptionsPerAddress: 5000,
  // Rooms are often named by a whole URL. With the subscriptions per address, at most 10 MB of names an address.
  maxTopicLength: 1024,
  // A vecmesh NodeId has 32 hex digits; other clients may use longer ids.
  maxNodeIdLength: 64,
  // Every broadcast costs a send to each. Meshes are partial above 12 peers (T7), y-webrtc's above 20 to 35.
  maxSubscribersPerTopic: 1000,
  // Some 2 KB each with a name of the usual length: 200 MB.
  maxTopics: 100_000,
  // bench/benchmarks/signaling-joins.js measured 10,000 at 8 KB each; every socket takes a file descriptor, see `ulimit -n`.
  maxSockets: 20_000,
  // A school or a company is often one address: 150 people with three tabs each.
  maxSocketsPerAddress: 500,
  // Joining a y-webrtc room of 35 takes some 385 messages that each go to all 35 and so cost three tokens: one such room at once fits in.
  burstTokens: 1500,
  // A room of ten a second for as long as it likes; 64 KiB messages come through at 6 a second.
  tokensPerSecond: 100,
  // A token is at worst some 0.1 ms of a processor: 0.4 s at once, and a twentieth of it for ever. A class of 90 tabs that arrives at once takes 1,500.
  addressBurstTokens: 4000,
  addressTokensPerSecond: 500,
  // An upgrade costs the server about as much as ten messages: 400 connections at once, 50 a second for ever.
  tokensPerConnection: 10,
  // Honest clients break none. Who does comes back some four times a second for ever, not fifty.
  tokensPerViolation: 100,
  // The usual signal costs one token.
  bytesPerToken: 4096,
  // So many sends cost about as much as reading a message. Small rooms cost nothing extra, a full topic 63 tokens a broadcast.
  receiversPerToken: 16,
  // Over 300 offers, or the roster of a full topic ten times over, unread.
  maxBufferedBytes: 1024 * 1024,
  // 256 readers at that limit, well within what Node's heap and a small machine have.
  maxTotalBufferedBytes: 256 * 1024 * 1024,
  // Some round trips on a bad mobile network.
  requestTimeoutMs: 10_000,
  // A verification takes a millisecond, fetching a key set first up to three seconds.
  authorizeTimeoutMs: 5000,
  // vecmesh and y-webrtc subscribe as soon as they are connected.
  firstMessageTimeoutMs: 30_000,
  // Proxies commonly cut a connection that was idle for 60 s.
  pingIntervalMs: 30_000,
  // Many round trips; with `drainMs` well within the 10 s that process managers leave between SIGTERM and SIGKILL.
  closeGraceMs: 2000,
  // 10,000 clients come back to the other servers at some 3,000 a second.
  drainMs: 3000,
  // 20,000 clients come back at 667 a second. The shorter, the sooner those that missed each other meet.
  regatherMs: 30_000,
  // About as long as a restart takes.
  retrySpreadMs: 5000,
};
