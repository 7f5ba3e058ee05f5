import { checkDuration, checkLevel, refuse } from "./config.ts";
import type { ConsistencyLevel } from "../core/consistency-level.ts";
import type { CausalContext } from "../core/causal-context.ts";
import { dotsOfSession, type SessionToken } from "../core/session-token.ts";

export interface WriteOptions {
  /** Default: the configuration's `consistencyLevel`. */
  readonly consistency?: ConsistencyLevel;
  /**
   * Puts a write at 'quorum' or 'all' into one order with all ordered writes and quorum reads of its id: it asks the voters what they hold
   * before it writes, which costs a round trip. Default false.
   */
  readonly ordered?: boolean;
  /** How long to wait for other replicas, milliseconds. Default: the configuration's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Gives up waiting. What has been begun may still take effect. */
  readonly signal?: AbortSignal;
}

export interface ReadOptions {
  /** 'one', the default: what this replica holds. 'quorum': all that any write or read at quorum had seen before. */
  readonly consistency?: ConsistencyLevel;
  /** Waits until this replica has seen the writes of that receipt, whichever replica made them. */
  readonly after?: SessionToken;
  /** How long to wait for other replicas, milliseconds. Default: the configuration's `timeoutMs`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A call's level and deadline. */
export interface Patience {
  readonly level: ConsistencyLevel;
  readonly deadline: number;
}

/** @throws ReplicationError `invalid-config`, naming the option. */
export function patience(
  options: Omit<WriteOptions, "ordered">,
  defaults: { readonly level: ConsistencyLevel; readonly timeoutMs: number },
  nowMs: number,
): Patience {
  if (typeof options !== "object" || options === null) refuse("options", "an object, or left out");
  checkLevel(options.consistency);
  checkDuration("timeoutMs", options.timeoutMs);
  if (options.signal !== undefined && typeof options.signal?.addEventListener !== "function")
    refuse("signal", "an AbortSignal");
  return {
    level: options.consistency ?? defaults.level,
    deadline: nowMs + (options.timeoutMs ?? defaults.timeoutMs),
  };
}

/** @throws ReplicationError `invalid-config` */
export function sessionDots(after: SessionToken): CausalContext {
  return dotsOfSession(after) ?? refuse("after", "the `session` of a receipt, whole and unchanged");
}

/** @throws ReplicationError `invalid-config` */
export function checkOrdered(ordered: unknown, level: ConsistencyLevel, ids: number, maxIds: number): void {
  if (ordered !== undefined && typeof ordered !== "boolean") refuse("ordered", "true or false");
  if (ordered !== true) return;
  if (level === "one")
    refuse("ordered", "left out at 'one', which asks nobody; write at 'quorum' or 'all' to have an order");
  if (ids > maxIds) refuse("ordered", `used with batches of at most ${maxIds} ids; split the batch`);
}
