import type { Ballot } from "./ballot.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import { isVoter, type ReplicaSetRecord } from "./replica-set.ts";

/** A vote for a record, in the last ballot in which this store accepted one. */
export interface AcceptedRecord {
  readonly ballot: Ballot;
  readonly replicaSet: ReplicaSetRecord;
}

/**
 * What a store durably knows of one lineage, and has promised in it (Q6). A store may be a voter of several lineages at once: what it
 * owes to one stays when it goes by another.
 */
export interface LineageState {
  /** The highest epoch that is known to be active: installed on enough of its voters. */
  readonly active: ReplicaSetRecord;
  /** What the voters of the active epoch have decided about the next. */
  readonly decided: ReplicaSetRecord | undefined;
  /** Whether this store serves the active epoch no more. */
  readonly sealed: boolean;
  /** The highest epoch whose beginning this store durably holds. */
  readonly installed: number;
  /** This voter's part in the decision about the epoch after the active one. */
  readonly promised: Ballot | undefined;
  readonly accepted: AcceptedRecord | undefined;
  /** The lineage that holds this one's state now (Q7b): nothing happens in this one any more. */
  readonly retiredInto: LineageId | undefined;
}

export function lineageOfRecord(active: ReplicaSetRecord): LineageState {
  return {
    active,
    decided: undefined,
    sealed: false,
    installed: 0,
    promised: undefined,
    accepted: undefined,
    retiredInto: undefined,
  };
}

/** The state with what somebody knows of the lineage; the same object when it is no news. */
export function advanced(
  state: LineageState,
  active: ReplicaSetRecord,
  decided: ReplicaSetRecord | undefined,
): LineageState {
  if (active.epoch < state.active.epoch) return state;
  if (state.retiredInto !== undefined && !hasOutlived(state, active)) return state;
  const next = decided?.epoch === active.epoch + 1 ? decided : undefined;
  if (active.epoch === state.active.epoch)
    return next === undefined || state.decided !== undefined ? state : { ...state, decided: next };
  return { ...lineageOfRecord(active), decided: next, installed: state.installed };
}

/**
 * Whether a lineage that this store, its only voter, has taken along lives on: another copy of the store (a clone, a backup) has formed
 * it. Where that is not seen, each of two lineages can have retired into the other, and their replicas tell each other so for ever.
 */
function hasOutlived({ active }: LineageState, record: ReplicaSetRecord): boolean {
  return !active.formed && record.formed && record.epoch > active.epoch && record.yieldsTo === undefined;
}

/** Whether a replica votes in the lineage, or will as soon as the decided epoch is active. */
export function hasVote(state: LineageState, nodeId: NodeId): boolean {
  return isVoter(state.active, nodeId) || (state.decided !== undefined && isVoter(state.decided, nodeId));
}

/** The newest record that is decided, active or not. */
export function newestRecord({ active, decided }: LineageState): ReplicaSetRecord {
  return decided ?? active;
}

/** The lineages of a store, and which of them it goes by. */
export interface Lineages {
  readonly home: LineageId;
  readonly lineages: ReadonlyMap<LineageId, LineageState>;
}

export function storedLineages({ home, lineages }: Lineages): object {
  return { home, lineages: [...lineages.values()] };
}

type StoredRecord = Omit<ReplicaSetRecord, "dimensions" | "signed" | "yieldsTo"> & Partial<ReplicaSetRecord>;
type StoredState = Partial<LineageState> &
  Pick<LineageState, "installed" | "sealed"> & { readonly active: StoredRecord };

/** Reads what `storedLineages` has made: JSON leaves `undefined` fields out. */
export function lineagesOf(stored: unknown): Lineages {
  const { home, lineages } = stored as { home: LineageId; lineages: readonly StoredState[] };
  return { home, lineages: new Map(lineages.map((state) => [state.active.lineage, lineageOf(state)])) };
}

function lineageOf(stored: StoredState): LineageState {
  const { active, decided, accepted } = stored;
  return {
    active: recordOf(active),
    decided: decided && recordOf(decided),
    sealed: stored.sealed,
    installed: stored.installed,
    promised: stored.promised,
    accepted: accepted && { ballot: accepted.ballot, replicaSet: recordOf(accepted.replicaSet) },
    retiredInto: stored.retiredInto,
  };
}

function recordOf(stored: StoredRecord): ReplicaSetRecord {
  // A store that was made before entries could be signed does not say.
  return { ...stored, dimensions: stored.dimensions, signed: stored.signed ?? false, yieldsTo: stored.yieldsTo };
}
