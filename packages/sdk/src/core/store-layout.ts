import type { Dot } from "./dot.ts";
import type { EpochRef } from "./messages.ts";
import type { NodeId, Origin } from "./node-id.ts";

/**
 * Where a replica keeps what in its store. Versions never change, so each is a record of its own under its dot; contexts
 * are split by origin, so that a write touches only its own.
 *
 *   v/<origin>/<seq>   one version           c/<origin>   context       h/<origin>   horizon
 *   m/node             identity              m/progress   counters and clock, in every transaction
 *   m/replica-sets     which lineage it goes by, and what it knows of each and owes to it
 *   m/counters         the voters' counters that this replica has seen
 *   m/leases           who has reported what it holds, and when (C9)
 */
export const VERSION_PREFIX = "v/";
export const CONTEXT_PREFIX = "c/";
export const HORIZON_PREFIX = "h/";
export const META_PREFIX = "m/";
export const NODE_KEY = "m/node";
export const PROGRESS_KEY = "m/progress";
/** One record, so that a store that has lost a part of it has lost it all, and says so. */
export const REPLICA_SETS_KEY = "m/replica-sets";
export const COUNTERS_KEY = "m/counters";
export const LEASES_KEY = "m/leases";

export function versionKey(dot: Dot): string {
  return `${VERSION_PREFIX}${dot.origin}/${dot.seq}`;
}

export function dotOfKey(key: string): Dot {
  const [origin, seq] = key.slice(VERSION_PREFIX.length).split("/");
  return { origin: origin as Origin, seq: Number(seq) };
}

export function contextKey(origin: Origin): string {
  return CONTEXT_PREFIX + origin;
}

export function originOfKey(key: string): Origin {
  return key.slice(CONTEXT_PREFIX.length) as Origin;
}

/** What goes into a store in one transaction. */
export interface StoreBatch {
  readonly puts: (readonly [key: string, value: Uint8Array])[];
  readonly deletes: string[];
}

/** The highest durable counter seen of each voter, and those that were seen to go backwards (Q3). */
export interface SeenCounter {
  readonly nodeId: NodeId;
  readonly counter: number;
  /** The epochs that were the newest when its counter went backwards: it counts again where a later one has enrolled it. */
  readonly regressedIn: readonly EpochRef[];
}
