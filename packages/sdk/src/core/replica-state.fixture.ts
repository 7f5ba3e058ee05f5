import { type CoreConfig, VOTER_SWAP_MS } from "./environment.ts";
import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import { DurableState, type StoreImage } from "./durable-state.ts";
import { CausalContext } from "./causal-context.ts";
import { HeldVersions } from "./held-versions.ts";
import { lineageOfRecord } from "./lineage-state.ts";
import { HLC_ZERO } from "./hybrid-logical-clock.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

const hex = (n: number): string => n.toString(16).padStart(32, "0");

export function nodeOf(n: number): NodeId {
  return hex(n) as NodeId;
}

export function deviceOf(n: number): DeviceId {
  return hex(0xde000 + n) as DeviceId;
}

export function lineageOf(n: number): LineageId {
  return hex(0x11000 + n) as LineageId;
}

/** How the laboratories' replicas are configured, in a room that fixes nothing but two dimensions. */
export function configOf(fields: Partial<CoreConfig> = {}): CoreConfig {
  return {
    room: "room",
    steadyVoter: false,
    insists: {
      dimensions: 2,
      replicationFactor: undefined,
      distinctDevices: undefined,
      conflictResolution: undefined,
      signed: false,
    },
    syncIntervalMs: 100,
    batchSize: 1000,
    voterSwapMs: VOTER_SWAP_MS,
    voterExpiryMs: Number.POSITIVE_INFINITY,
    ...fields,
  };
}

/** The record of a lineage that the first of these nodes founded. */
export function recordOf(voters: readonly number[], fields: Partial<ReplicaSetRecord> = {}): ReplicaSetRecord {
  return {
    lineage: lineageOf(voters[0] ?? 0),
    generation: 0,
    epoch: voters.length,
    replicationFactor: 3,
    distinctDevices: true,
    dimensions: 2,
    conflictResolution: "last-write-wins",
    signed: false,
    voters: voters.map((n) => ({ nodeId: nodeOf(n), deviceId: deviceOf(n), since: 1, steady: false })),
    barred: [],
    formed: voters.length >= 2,
    yieldsTo: undefined,
    ...fields,
  };
}

/** `replicaSet`: the active record of its home, if it knows of no other lineage. */
export type ImageFields = Partial<StoreImage> & { readonly replicaSet?: ReplicaSetRecord };

/** A store that has just been created, by the n-th node. */
export function imageOf(n: number, { replicaSet = recordOf([n]), ...fields }: ImageFields = {}): StoreImage {
  return {
    nodeId: nodeOf(n),
    deviceId: deviceOf(n),
    context: CausalContext.EMPTY,
    horizon: CausalContext.EMPTY,
    clock: HLC_ZERO,
    counter: 1,
    revision: 0,
    forgottenRevision: 0,
    openings: [],
    relaxedPending: false,
    leases: [],
    home: replicaSet.lineage,
    lineages: new Map([[replicaSet.lineage, lineageOfRecord(replicaSet)]]),
    versions: new HeldVersions(),
    ...fields,
  };
}

export function stateOf(n: number, fields: ImageFields = {}): DurableState {
  return new DurableState(imageOf(n, fields), 0);
}
