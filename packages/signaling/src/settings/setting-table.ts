import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { DEFAULT_REDIS_PREFIX } from "../redis-broker.ts";
import { DEFAULT_TURN_TTL_S } from "../turn-credentials.ts";

/** One setting of the command: a flag and an environment variable. The flag goes before the variable. */
export interface Setting {
  /** Without `--`. */
  readonly flag: string;
  readonly variable: string;
  /**
   * integer: a whole number from `min` to `max`. list: texts with commas between them. secret: only the variable holds it, and
   * the flag names a file that does, since everybody on a machine can read a command's flags.
   */
  readonly kind: "integer" | "text" | "list" | "secret";
  readonly min: number;
  readonly max: number;
  readonly placeholder: string;
  readonly help: string;
  readonly fallback: string | undefined;
}

type CountName = "port" | "turnTtlSeconds" | "trustedProxyHops" | "relayBytesPerSecond" | "relaySocketBytesPerSecond";
type PlainName = "host" | "logLevel" | "jwksUrl" | "jwtIssuer" | "jwtAudience" | "redisPrefix";
type SecretName = "jwtSecret" | "turnSecret" | "metricsToken" | "redisUrl";
export type IntegerName = CountName | keyof Limits;
export type TextName = PlainName | SecretName;
export type ListName = "allowedOrigins" | "turnUrls";

type Words = readonly [placeholder: string, help: string, fallback?: string];

const PREFIX = "VECMESH_SIGNALING_";
/** Timers take no more; as a number of anything it is out of reach as well. */
const MAX_INTEGER = 2 ** 31 - 1;

const INTEGERS: Readonly<Record<CountName, readonly [...Required<Words>, min: number, max: number]>> = {
  port: ["PORT", "port to listen on, 0 for any free one", "4444", 0, 65_535],
  turnTtlSeconds: ["S", "for how long TURN credentials can be used", String(DEFAULT_TURN_TTL_S), 60, 604_800],
  trustedProxyHops: [
    "N",
    "how many proxies of yours are in front and append to X-Forwarded-For; 0 ignores it",
    "0",
    0,
    10,
  ],
  relayBytesPerSecond: [
    "N",
    "bytes a second that a socket may have relayed to one other; 0: nothing is relayed",
    "0",
    0,
    MAX_INTEGER,
  ],
  relaySocketBytesPerSecond: ["N", "the same to all others together; 0: twice as many", "0", 0, MAX_INTEGER],
};

const TEXTS: Readonly<Record<PlainName, Words>> = {
  host: ["HOST", "address to listen on; 0.0.0.0 serves other machines too", "127.0.0.1"],
  logLevel: ["LEVEL", "trace, debug, info, warn, error, fatal or silent; JSON lines on standard error", "info"],
  jwksUrl: ["URL", "where the public keys are that tokens (JWT) are verified with"],
  jwtIssuer: ["ISS", "take only tokens with this iss claim"],
  jwtAudience: ["AUD", "take only tokens with this aud claim"],
  redisPrefix: [
    "TEXT",
    "begins the names of Redis's channels; servers with one prefix share rooms",
    DEFAULT_REDIS_PREFIX,
  ],
};

const LISTS: Readonly<Record<ListName, Words>> = {
  allowedOrigins: ["LIST", "pages of other origins are refused, e.g. https://a.example,https://b.example"],
  turnUrls: ["LIST", "TURN servers to offer to clients with a token, e.g. turn:turn.example:3478"],
};

const SECRETS: Readonly<Record<SecretName, Words>> = {
  jwtSecret: ["FILE", "the secret that tokens (JWT, HS256) are verified with, at least 32 bytes"],
  turnSecret: ["FILE", "coturn's static-auth-secret"],
  metricsToken: ["FILE", "what Authorization: Bearer must say at /metrics; without it everybody may see them"],
  redisUrl: ["FILE", "the URL of a Redis to share rooms over, e.g. redis://user:password@host:6379"],
};

const LIMITS: Readonly<Record<keyof Limits, string>> = {
  maxPayloadBytes: "bytes in a message",
  maxFragments: "WebSocket frames in a message",
  maxMessageDepth: "levels of objects and arrays in a message",
  maxTopicsPerSocket: "topics of a socket",
  maxSubscriptionsPerAddress: "topics of all sockets of an address",
  maxTopicLength: "characters in a topic's name",
  maxNodeIdLength: "characters in a nodeId",
  maxSubscribersPerTopic: "subscribers of a topic",
  maxTopics: "topics in all",
  maxSockets: "sockets in all; each takes a file descriptor",
  maxSocketsPerAddress: "sockets of an address, or of an IPv6 /64 network",
  burstTokens: "tokens that a socket may spend at once",
  tokensPerSecond: "tokens a second that it may spend for ever",
  addressBurstTokens: "tokens that an address may spend at once",
  addressTokensPerSecond: "tokens a second that it may spend for ever",
  tokensPerConnection: "tokens that a connection costs its address",
  tokensPerViolation: "tokens that a broken rule costs it",
  bytesPerToken: "bytes of a message that cost a token beyond its first",
  receiversPerToken: "receivers of a message that cost a token beyond its first",
  maxBufferedBytes: "bytes that a slow reader may let queue up",
  maxTotalBufferedBytes: "bytes that all together may; then slow ones are dropped sooner",
  requestTimeoutMs: "ms until a request must be complete",
  authorizeTimeoutMs: "ms that checking a token may take",
  firstMessageTimeoutMs: "ms until a socket must have subscribed or published",
  pingIntervalMs: "ms between pings; who is silent from one to the next is dropped",
  closeGraceMs: "ms that a client has to answer a close",
  drainMs: "ms over which SIGTERM closes the sockets",
  regatherMs: "ms over which sockets are closed after Redis was away, to meet anew",
  retrySpreadMs: "ms up to which clients of a server that ends stay away, each for another time",
};

/** All settings, in the order in which they are shown. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map([
  ...Object.entries(INTEGERS).map(([name, [placeholder, help, fallback, min, max]]) =>
    setting(name, "integer", [placeholder, help, fallback], min, max),
  ),
  ...Object.entries(TEXTS).map(([name, words]) => setting(name, "text", words)),
  ...Object.entries(LISTS).map(([name, words]) => setting(name, "list", words)),
  ...Object.entries(SECRETS).map(([name, words]) => setting(name, "secret", words)),
  ...(Object.keys(LIMITS) as (keyof Limits)[]).map((name) =>
    setting(name, "integer", ["N", LIMITS[name], String(DEFAULT_LIMITS[name])], 1),
  ),
]);

function setting(name: string, kind: Setting["kind"], words: Words, min = 0, max = MAX_INTEGER): [string, Setting] {
  const [placeholder, help, fallback] = words;
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) + (kind === "secret" ? "-file" : "");
  const variable = PREFIX + name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return [name, { flag, variable, kind, min, max, placeholder, help, fallback }];
}
