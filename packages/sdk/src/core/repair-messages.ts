import type { CausalContext } from "./causal-context.ts";
import type { DotRange } from "./reconciliation.ts";
import type { Fingerprint } from "./item-list.ts";
import type { StoredVersion } from "./version.ts";

/** Begins a repair (S8): this side's snapshot, and the fingerprint of all it holds. */
export interface RepairBegin {
  readonly type: "repair-begin";
  readonly repair: number;
  readonly context: CausalContext;
  readonly horizon: CausalContext;
  readonly ranges: readonly DotRange[];
}

/** The other side's snapshot, and its first answer. */
export interface RepairBegun {
  readonly type: "repair-begun";
  readonly repair: number;
  readonly context: CausalContext;
  readonly horizon: CausalContext;
  readonly ranges: readonly DotRange[];
}

/** One turn of comparing the snapshots; an empty one says "nothing more from me". */
export interface RepairRanges {
  readonly type: "repair-ranges";
  readonly repair: number;
  readonly ranges: readonly DotRange[];
}

/** Current siblings of ids of which the receiver's snapshot context lacks a dot. */
export interface RepairBatch {
  readonly type: "repair-batch";
  readonly repair: number;
  readonly index: number;
  readonly versions: readonly StoredVersion[];
}

export interface RepairBatchAck {
  readonly type: "repair-batch-ack";
  readonly repair: number;
  readonly index: number;
}

/** All batches are durable over there; the sender's horizon as of now. */
export interface RepairEnd {
  readonly type: "repair-end";
  readonly repair: number;
  /** Whether everything that the receiver's snapshot context lacked could be read and sent. */
  readonly complete: boolean;
  readonly horizon: CausalContext;
}

/** What the repair did at its sender. */
export interface RepairDone {
  readonly type: "repair-done";
  readonly repair: number;
  /** Whether it joined the receiver's snapshot; if not, the two begin again. */
  readonly joined: boolean;
  readonly gained: number;
  readonly dropped: number;
}

/** "Is this what all your versions add up to?": what two replicas ask whose digests are equal. */
export interface RepairCheck {
  readonly type: "repair-check";
  readonly fingerprint: Fingerprint;
}

export interface RepairChecked {
  readonly type: "repair-checked";
  readonly equal: boolean;
}

export type RepairMessage =
  | RepairBegin
  | RepairBegun
  | RepairRanges
  | RepairBatch
  | RepairBatchAck
  | RepairEnd
  | RepairDone
  | RepairCheck
  | RepairChecked;
