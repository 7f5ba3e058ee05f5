import type { LineageId, NodeId } from "./node-id.ts";
import type { EpochRef } from "./messages.ts";
import { isVoter, type ReplicaSetRecord } from "./replica-set.ts";
import type { LineageState } from "./lineage-state.ts";

/** Durable state, or a transaction in the making. */
interface View {
  readonly nodeId: NodeId;
  readonly lineages: ReadonlyMap<LineageId, LineageState>;
}

/** Q5: whether this store is a voter of the epoch asked for, which is the active one, and has not sealed it. */
export function serves({ nodeId, lineages }: View, { lineage, epoch }: EpochRef): boolean {
  const state = lineages.get(lineage);
  return state !== undefined && isOpen(state) && state.active.epoch === epoch && isVoter(state.active, nodeId);
}

/** Whether the active epoch, or a later one of its lineage that is still to arrive here, may be the one asked for. */
export function mayServeLater({ lineages }: Pick<View, "lineages">, { lineage, epoch }: EpochRef): boolean {
  const state = lineages.get(lineage);
  if (state === undefined || state.retiredInto !== undefined) return false;
  return state.active.epoch < epoch || (state.active.epoch === epoch && isOpen(state));
}

/** The record to refuse with: of the lineage that was asked for, if anything is known of it. */
export function knownRecord(
  state: Pick<View, "lineages"> & { readonly replicaSet: ReplicaSetRecord },
  { lineage }: EpochRef,
): ReplicaSetRecord {
  return state.lineages.get(lineage)?.active ?? state.replicaSet;
}

function isOpen({ sealed, retiredInto }: LineageState): boolean {
  return !sealed && retiredInto === undefined;
}
