import type { Dot } from "./dot.ts";
import type { NodeId } from "./node-id.ts";

/** What each error tells beside its code and message. */
export interface ErrorFacts {
  /** Too few voters are enrolled or reachable. A write is in the local store and goes on replicating; a read has no dots. */
  "quorum-unavailable": {
    readonly required: number;
    readonly alive: number;
    readonly dots: readonly Dot[];
    readonly outcome: "unknown";
  };
  /** Too few voters answered in time. `confirm(dots)` waits again for a write; a read has no dots. */
  "quorum-timeout": {
    readonly dots: readonly Dot[];
    readonly required: number;
    readonly acks: readonly NodeId[];
    readonly outcome: "unknown";
  };
  /** In time, this replica has not seen all writes of the session. */
  "session-not-satisfied": {
    /** How many it lacks. */
    readonly missing: number;
  };
  "replica-in-use": { readonly replicaName: string };
  "replica-not-found": { readonly nodeId: NodeId };
  "replica-set-full": { readonly replicationFactor: number };
  /** An edit without a vector of an entry that is not there, or not any more. */
  "entry-not-found": { readonly id: string };
  "dimension-mismatch": { readonly expected: number; readonly actual: number };
  "invalid-entry": { readonly id: string | undefined };
  "invalid-config": { readonly option: string };
  "room-mismatch": { readonly fact: string; readonly ours: string; readonly theirs: string };
  "protocol-mismatch": { readonly ours: number; readonly theirs: number };
  /** The `custom` resolver threw, or returned what is no entry. */
  "resolver-failed": { readonly id: string };
  /** A forced sync broke off or did not end in time; syncing goes on by itself. */
  "sync-incomplete": { readonly nodeId: NodeId };
  "storage-full": object;
  /** `ids`: whose versions were damaged, where that is known. */
  "storage-corrupt": { readonly ids?: readonly string[] };
  /**
   * `token`: a signaling server refuses it. `password`: a replica in the room has another one, or one where the other has none, or
   * somebody stands between the two; nothing is exchanged with it. `identity`: the room's `authorize` refuses this replica's own write, of
   * which nothing is stored.
   */
  unauthorized: { readonly credential: "token" | "password" | "identity" };
  /** The browser or runtime lacks what the configuration needs. */
  "unsupported-platform": { readonly feature: "Ed25519" };
  /** Raised once for each outage; the transport goes on trying, and connections that are open stay so. */
  "signaling-unreachable": { readonly url: string };
  /** The peer is alive and no direct connection to it could be made, as behind some firewalls without a TURN server. */
  "peer-unreachable": { readonly nodeId: NodeId };
  "insecure-context": object;
  /** A peer sent what no correct replica sends; its connection is closed. */
  "invalid-frame": { readonly nodeId: NodeId; readonly reason: string };
  /** Finding or reaching peers failed in a way that has no code of its own; see `message` and `cause`. */
  "transport-failed": object;
  aborted: object;
  closed: object;
}

export type ErrorCode = keyof ErrorFacts;
export type ReplicationErrorOf<C extends ErrorCode> = Error & { readonly code: C } & ErrorFacts[C];
export type ReplicationError = { [C in ErrorCode]: ReplicationErrorOf<C> }[ErrorCode];

class VecmeshError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, facts: object, options?: ErrorOptions) {
    super(message, options);
    this.name = "ReplicationError";
    this.code = code;
    Object.assign(this, facts);
  }
}

export function replicationError<C extends ErrorCode>(
  code: C,
  message: string,
  facts: ErrorFacts[C],
  options?: ErrorOptions,
): ReplicationErrorOf<C> {
  return new VecmeshError(code, message, facts, options) as unknown as ReplicationErrorOf<C>;
}

/** Whether `error` is one of vecmesh's own, with a `code`. */
export function isReplicationError(error: unknown): error is ReplicationError {
  return error instanceof VecmeshError;
}
