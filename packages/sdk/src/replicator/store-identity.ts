import { mintLineageId, mintNodeId, type NodeId } from "../core/node-id.ts";
import { lineageOfRecord, type Lineages } from "../core/lineage-state.ts";
import { HLC_ZERO } from "../core/hybrid-logical-clock.ts";
import type { JsonObject } from "../core/version.ts";
import { dataQuorum, type ReplicaSetRecord } from "../core/replica-set.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Settings } from "./config.ts";
import type { Store } from "../ports/storage.ts";
import type { StoreImage } from "../core/durable-state.ts";

export type Founding = Pick<Settings<JsonObject>, "founding" | "steadyVoter">;

export type Progress = Pick<
  StoreImage,
  "counter" | "revision" | "forgottenRevision" | "openings" | "relaxedPending" | "clock"
>;

/** Who a replica is, and what it has promised to others. */
export interface Identity {
  readonly nodeId: NodeId;
  readonly lineages: Lineages;
  readonly progress: Progress;
}

/** A replica that nobody knows yet, in a lineage that it founds (C1, Q7a). */
export function mintIdentity(store: Store, { founding, steadyVoter: steady }: Founding, runtime: Runtime): Identity {
  const nodeId = mintNodeId((length) => runtime.randomBytes(length));
  const replicaSet: ReplicaSetRecord = {
    lineage: mintLineageId(runtime.now(), (length) => runtime.randomBytes(length)),
    generation: 0,
    epoch: 1,
    ...founding,
    voters: [{ nodeId, deviceId: store.deviceId, since: 1, steady }],
    barred: [],
    formed: dataQuorum(founding) === 1,
    yieldsTo: undefined,
  };
  const progress = {
    counter: 1,
    revision: 0,
    forgottenRevision: 0,
    openings: [],
    relaxedPending: false,
    clock: HLC_ZERO,
  };
  const lineages = { home: replicaSet.lineage, lineages: new Map([[replicaSet.lineage, lineageOfRecord(replicaSet)]]) };
  return { nodeId, lineages, progress };
}
