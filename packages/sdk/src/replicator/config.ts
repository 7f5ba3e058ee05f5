import { type ConflictResolution, conflictResolutionName, lastWriteWins } from "../core/conflict-resolution.ts";
import { MAX_CONFLICT_MODE_BYTES, MAX_DIMENSIONS, MAX_ROOM_BYTES } from "../core/codec/limits.ts";
import { MAX_PACKED_VERSIONS } from "../core/packing.ts";
import { MAX_REPLICATION_FACTOR } from "../core/replica-set.ts";
import { type Authorize, ED25519, type Identity } from "./identity.ts";
import { VOTER_SWAP_MS } from "../core/environment.ts";
import type { DocumentModel } from "../core/entry-document.ts";
import { replicationError } from "../core/replication-error.ts";
import type { ConsistencyLevel } from "../core/consistency-level.ts";
import type { JsonObject } from "../core/version.ts";
import type { RoomFacts } from "../core/room-facts.ts";
import type { StorageAdapter } from "../ports/storage.ts";
import { MAX_MAX_PEERS, MIN_MAX_PEERS, type TransportAdapter } from "../ports/transport.ts";

/** @typeParam D the document of an entry, where `conflictResolution` is `crdt()`: a `Y.Doc`. */
export interface ReplicationConfig<M extends JsonObject = JsonObject, D = unknown> {
  /** Replicas with the same room find each other: 1 to 512 bytes in UTF-8. */
  readonly room: string;
  /**
   * Who does not know it can neither read nor join: signaling is sealed by it, and each connection proves it (T8). 1 to 1024 bytes in
   * UTF-8; make it long and hard to guess, since whoever runs a signaling server can try guesses at leisure. Left out: whoever knows the
   * room's name may join. A replica with another password, or none, is told of by an error event `unauthorized`.
   */
  readonly password?: string;
  /**
   * Signs this replica's writes, and says that the room's entries are signed: a fact of the room. Its author is the public key, whatever
   * replica, tab or device holds the pair; see `createIdentity`. Left out: entries are not signed.
   */
  readonly identity?: Identity;
  /**
   * Whether this author may have made this write; asked about own writes, which fail with `unauthorized`, and about all that peers send,
   * before it is stored or passed on. Pure, quick and the same on all replicas of the room: nothing but its arguments may count, and
   * replicas whose functions differ do not hold the same. Only with `identity`. Left out: every author may write everything.
   */
  readonly authorize?: Authorize<M>;
  /** Signaling servers' WebSocket URLs. Left out: only this browser's other tabs, which are always found. */
  readonly signaling?: string | readonly string[];
  /** Shown to the signaling server; a function is asked anew at every connection. */
  readonly token?: string | (() => Promise<string>);
  /**
   * STUN and TURN servers; a function is asked afresh for each attempt to connect. When it fails, so does the attempt, which is made
   * again later: an error event `transport-failed` tells, once until it has answered again. Default: the TURN servers that the signaling
   * servers offer, if any; `[]` uses none.
   */
  readonly iceServers?: readonly RTCIceServer[] | (() => Promise<readonly RTCIceServer[]>);
  /** `'relay'`: only through TURN servers, so that peers do not learn each other's addresses. Default `'all'`: by any way, direct ones first. */
  readonly iceTransportPolicy?: "all" | "relay";
  /**
   * Whether a signaling server that relays may pass on, sealed end to end, what this replica and a peer tell each other where no direct
   * connection and none through a TURN server has come about; slowly, as such servers hold it to a rate. Only with a `password`, without
   * which the server could read along. Default false.
   */
  readonly relay?: boolean;
  /** Components of every vector. Left out: the room's, and if that fixes none, any number. A fact of the room. */
  readonly dimensions?: number;
  /** How many voters the room wants: a data quorum is more than half of them. Default 3. A fact of the room. */
  readonly replicationFactor?: number;
  /** Whether the stores of one browser profile count as one. Default true. A fact of the room. */
  readonly distinctDevices?: boolean;
  /** Default `lastWriteWins()`. A fact of the room. */
  readonly conflictResolution?: ConflictResolution<M, D>;
  /** What a write waits for unless it says otherwise. Default 'quorum'. */
  readonly consistencyLevel?: ConsistencyLevel;
  /** How long a write waits for acknowledgements: milliseconds, default 5000. */
  readonly timeoutMs?: number;
  /** How often contexts are compared with peers: milliseconds, default 100. */
  readonly syncIntervalMs?: number;
  /** Entries in one sync batch at most, 1 to 1000. Default 1000. */
  readonly batchSize?: number;
  /** Whether vectors are compressed on the wire. Default true. */
  readonly compression?: boolean;
  /** Bytes of replication a second to all peers together; acks and control are exempt. Default Infinity. */
  readonly maxBytesPerSecond?: number;
  /**
   * For how long a majority of the voters must be out of reach, while this replica is awake and connected to others, before those that
   * are left found the replica set anew: milliseconds, default one hour. Infinity: they wait for ever, as always-on replicas should.
   */
  readonly voterExpiryMs?: number;
  /**
   * How many peers this replica keeps connections to, 6 to 32. In larger rooms each keeps some random ones, and writes go on by way of
   * them; the voters are connected beyond it. Default 12.
   */
  readonly maxPeers?: number;
  /**
   * Whether this replica is always on, as a server's is: it is made a voter before others are, in the place of one of them if need be, and nobody takes
   * its place while it is away. Default false. For few: a room of which a majority are steady voters stands still while those are away.
   */
  readonly steadyVoter?: boolean;
  /** Which of this origin's stores for the room. Default 'auto': the first free one, so that each tab is a replica. */
  readonly replicaName?: string;
  /** Default: IndexedDB. */
  readonly storage?: StorageAdapter;
  /** Default: WebRTC. */
  readonly transport?: TransportAdapter;
}

export const DEFAULT_REPLICATION_FACTOR = 3;
/** A sentence or two; what is longer is a file pasted by mistake. */
const MAX_PASSWORD_BYTES = 1024;
/** Of a resolver's version, or what tells of the fields of documents. */
const MAX_VERSION_BYTES: number = MAX_CONFLICT_MODE_BYTES - "custom:".length;
const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_SYNC_INTERVAL_MS = 100;
const DEFAULT_VOTER_EXPIRY_MS: number = 60 * 60 * 1000;

/** The configuration with its defaults, checked. */
export interface Settings<M extends JsonObject, D = unknown> {
  readonly room: string;
  readonly insists: RoomFacts;
  /** The facts of a room that this replica founds. */
  readonly founding: {
    readonly replicationFactor: number;
    readonly distinctDevices: boolean;
    readonly dimensions: number | undefined;
    readonly conflictResolution: string;
    readonly signed: boolean;
  };
  readonly conflictResolution: ConflictResolution<M, D> | undefined;
  readonly documents: DocumentModel<M, D> | undefined;
  readonly consistencyLevel: ConsistencyLevel;
  readonly timeoutMs: number;
  readonly syncIntervalMs: number;
  readonly batchSize: number;
  readonly compression: boolean;
  readonly maxBytesPerSecond: number;
  readonly voterSwapMs: number;
  readonly voterExpiryMs: number;
  readonly replicaName: string;
  readonly steadyVoter: boolean;
}

/** @throws ReplicationError `invalid-config`, naming the option. */
export function settingsOf<M extends JsonObject, D>(config: ReplicationConfig<M, D>): Settings<M, D> {
  checkText("room", config.room, MAX_ROOM_BYTES);
  if (config.password !== undefined) checkPassword(config.password);
  checkInteger("dimensions", config.dimensions, 1, MAX_DIMENSIONS);
  checkInteger("replicationFactor", config.replicationFactor, 1, MAX_REPLICATION_FACTOR);
  checkInteger("batchSize", config.batchSize, 1, MAX_PACKED_VERSIONS);
  checkInteger("maxPeers", config.maxPeers, MIN_MAX_PEERS, MAX_MAX_PEERS);
  checkBoolean("distinctDevices", config.distinctDevices);
  checkBoolean("compression", config.compression);
  checkBoolean("relay", config.relay);
  if (config.relay === true && config.password === undefined)
    refuse("relay", "false where there is no `password`: without one a signaling server that relays could read along");
  checkBoolean("steadyVoter", config.steadyVoter);
  checkDuration("timeoutMs", config.timeoutMs);
  checkDuration("syncIntervalMs", config.syncIntervalMs);
  checkPositive("voterExpiryMs", config.voterExpiryMs);
  checkPositive("maxBytesPerSecond", config.maxBytesPerSecond);
  if (config.replicaName !== undefined) checkText("replicaName", config.replicaName, MAX_ROOM_BYTES);
  checkLevel(config.consistencyLevel);
  const signed = config.identity !== undefined;
  if (config.identity !== undefined) checkIdentity(config.identity);
  if (config.authorize !== undefined && !(signed && typeof config.authorize === "function"))
    refuse("authorize", "a function, beside an `identity`");
  const mode = config.conflictResolution === undefined ? undefined : modeName(config.conflictResolution);
  return {
    room: config.room,
    insists: {
      dimensions: config.dimensions,
      replicationFactor: config.replicationFactor,
      distinctDevices: config.distinctDevices,
      conflictResolution: mode,
      signed,
    },
    founding: {
      dimensions: config.dimensions,
      replicationFactor: config.replicationFactor ?? DEFAULT_REPLICATION_FACTOR,
      distinctDevices: config.distinctDevices ?? true,
      conflictResolution: mode ?? conflictResolutionName(lastWriteWins()),
      signed,
    },
    conflictResolution: config.conflictResolution,
    documents: config.conflictResolution?.mode === "crdt" ? config.conflictResolution.documents : undefined,
    consistencyLevel: config.consistencyLevel ?? "quorum",
    timeoutMs: config.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    syncIntervalMs: config.syncIntervalMs ?? DEFAULT_SYNC_INTERVAL_MS,
    batchSize: config.batchSize ?? MAX_PACKED_VERSIONS,
    compression: config.compression ?? true,
    voterSwapMs: VOTER_SWAP_MS,
    voterExpiryMs: config.voterExpiryMs ?? DEFAULT_VOTER_EXPIRY_MS,
    maxBytesPerSecond: config.maxBytesPerSecond ?? Number.POSITIVE_INFINITY,
    replicaName: config.replicaName ?? "auto",
    steadyVoter: config.steadyVoter ?? false,
  };
}

/** @throws ReplicationError `invalid-config` */
export function checkLevel(level: unknown): void {
  if (level !== undefined && level !== "one" && level !== "quorum" && level !== "all")
    refuse("consistencyLevel", "'one', 'quorum' or 'all'");
}

/** @throws ReplicationError `invalid-config` */
export function checkDuration(option: string, value: number | undefined): void {
  // What a timer takes: longer delays fire at once.
  if (value !== undefined && !(Number.isFinite(value) && value > 0 && value < 2 ** 31))
    refuse(option, "a number of milliseconds above 0 and below 2^31");
}

/** @throws ReplicationError `invalid-config` */
export function checkInteger(option: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max))
    refuse(option, `an integer from ${min} to ${max}`);
}

/** @throws ReplicationError `invalid-config` */
export function checkPassword(password: unknown): void {
  checkText("password", password, MAX_PASSWORD_BYTES);
}

function checkIdentity({ publicKey, privateKey }: Identity): void {
  const isFine = isKey(publicKey, "public") && isKey(privateKey, "private") && privateKey.usages?.includes("sign");
  if (!isFine) refuse("identity", "{ publicKey, privateKey }, an Ed25519 key pair of WebCrypto that may sign");
}

function isKey(key: CryptoKey | undefined, type: KeyType): boolean {
  // By its fields: it may be another realm's, and insecure pages have no such class. What is none will not sign.
  return key?.type === type && key.algorithm?.name === ED25519;
}

function checkBoolean(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") refuse(option, "true or false");
}

function checkPositive(option: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0)) refuse(option, "a number above 0");
}

function checkText(option: string, value: unknown, maxBytes: number): void {
  const isFine = typeof value === "string" && value.length > 0 && new TextEncoder().encode(value).length <= maxBytes;
  if (!isFine) refuse(option, `a string of 1 to ${maxBytes} bytes in UTF-8`);
}

function modeName<M extends JsonObject, D>(resolution: ConflictResolution<M, D>): string {
  const known =
    resolution.mode === "last-write-wins" ||
    resolution.mode === "vector-clock" ||
    (resolution.mode === "custom" && typeof resolution.resolve === "function") ||
    (resolution.mode === "crdt" && typeof resolution.documents?.show === "function");
  if (!known)
    refuse(
      "conflictResolution",
      "lastWriteWins(), vectorClock(), custom(resolve, { version }) or crdt() of @vecmesh/sdk/yjs",
    );
  const name = conflictResolutionName(resolution);
  if (resolution.mode === "custom") checkText("conflictResolution", resolution.version, MAX_VERSION_BYTES);
  if (resolution.mode === "crdt" && resolution.version.length > MAX_VERSION_BYTES)
    refuse("conflictResolution", `crdt() with fewer or shorter fields: ${MAX_VERSION_BYTES} bytes of names and kinds`);
  return name;
}

/** @throws ReplicationError `invalid-config`, always. */
export function refuse(option: string, expected: string): never {
  throw replicationError("invalid-config", `The option ${option} must be ${expected}.`, { option });
}
