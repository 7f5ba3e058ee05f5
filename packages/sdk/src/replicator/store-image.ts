import {
  CONTEXT_PREFIX,
  COUNTERS_KEY,
  HORIZON_PREFIX,
  LEASES_KEY,
  META_PREFIX,
  NODE_KEY,
  originOfKey,
  PROGRESS_KEY,
  REPLICA_SET_KEY,
  RETIRED_KEY,
  type SeenCounter,
  VERSION_PREFIX,
} from "../core/store-layout.ts";
import { decodeJsonRecord, encodeJsonRecord } from "../core/codec/json-record.ts";
import { HLC_ZERO } from "../core/hybrid-logical-clock.ts";
import type { IndexedVersion, StoreImage } from "../core/durable-state.ts";
import { type LineageId, mintLineageId, mintNodeId, type NodeId, type Origin } from "../core/node-id.ts";
import { CausalContext } from "../core/causal-context.ts";
import { dataQuorum, type ReplicaSetRecord } from "../core/replica-set.ts";
import type { Lease } from "../core/leases.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { holdsWithinContext, resetContext } from "./store-recovery.ts";
import { decodeIntervals } from "../core/codec/contexts.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import type { IntervalSet } from "../core/interval-set.ts";
import type { JsonObject } from "../core/version.ts";
import { replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Settings } from "./config.ts";
import { type Siblings, joinSiblings } from "../core/siblings.ts";
import type { Store } from "../ports/storage.ts";

export interface LoadedStore {
  readonly image: StoreImage;
  readonly seenCounters: readonly SeenCounter[];
  /** Records that could not be read and have been dropped. */
  readonly damaged: number;
}

type Progress = Pick<StoreImage, "counter" | "revision" | "forgottenRevision" | "relaxedPending" | "clock">;

/**
 * Reads what a store holds; mints its identity and founds its lineage in the transaction that creates it (C1, Q7a).
 * Versions and contexts that are damaged are dropped, and come back from peers (S1).
 * @throws ReplicationError `storage-corrupt` when who this replica is cannot be read.
 */
export async function loadStore(
  store: Store,
  settings: Pick<Settings<JsonObject>, "founding">,
  runtime: Runtime,
): Promise<LoadedStore> {
  const meta = new Map<string, Uint8Array>();
  for await (const chunk of store.scan(META_PREFIX)) for (const [key, value] of chunk) meta.set(key, value);
  if (!meta.has(NODE_KEY)) return createImage(store, settings, runtime);
  try {
    return await readImage(store, meta);
  } catch (cause) {
    if (cause instanceof DecodeError) {
      const message = `The store "${store.replicaName}" is damaged: ${cause.message}. Its peers hold its data: delete the store and let it sync anew.`;
      throw replicationError("storage-corrupt", message, {}, { cause });
    }
    throw cause;
  }
}

async function createImage(
  store: Store,
  settings: Pick<Settings<JsonObject>, "founding">,
  runtime: Runtime,
): Promise<LoadedStore> {
  const nodeId = mintNodeId((length) => runtime.randomBytes(length));
  const replicaSet: ReplicaSetRecord = {
    lineage: mintLineageId(runtime.now(), (length) => runtime.randomBytes(length)),
    generation: 0,
    epoch: 1,
    ...settings.founding,
    voters: [{ nodeId, deviceId: store.deviceId }],
    barred: [],
    formed: dataQuorum(settings.founding) === 1,
    yieldsTo: undefined,
  };
  const progress: Progress = { counter: 1, revision: 0, forgottenRevision: 0, relaxedPending: false, clock: HLC_ZERO };
  await store.commit(
    {
      puts: [
        [NODE_KEY, encodeJsonRecord({ nodeId })],
        [REPLICA_SET_KEY, encodeJsonRecord(replicaSet)],
        [PROGRESS_KEY, encodeJsonRecord(progress)],
      ],
      deletes: [],
    },
    "strict",
  );
  const empty = {
    context: CausalContext.EMPTY,
    horizon: CausalContext.EMPTY,
    retired: [],
    leases: [],
    siblings: new Map(),
  };
  return {
    image: { nodeId, deviceId: store.deviceId, ...progress, ...empty, replicaSet },
    seenCounters: [],
    damaged: 0,
  };
}

async function readImage(store: Store, meta: ReadonlyMap<string, Uint8Array>): Promise<LoadedStore> {
  const { nodeId } = record(meta, NODE_KEY) as { nodeId: NodeId };
  const damaged: string[] = [];
  const siblings = new Map<string, Siblings<IndexedVersion>>();
  for await (const { stamp, revision, hash } of records(store, VERSION_PREFIX, decodeStoredStamp, damaged))
    siblings.set(stamp.id, joinSiblings(siblings.get(stamp.id) ?? [], { ...stamp, revision, hash }));
  const image: StoreImage = {
    nodeId,
    deviceId: store.deviceId,
    ...(record(meta, PROGRESS_KEY) as Progress),
    replicaSet: withOptionalFacts(record(meta, REPLICA_SET_KEY) as ReplicaSetRecord),
    retired: meta.has(RETIRED_KEY) ? (record(meta, RETIRED_KEY) as LineageId[]) : [],
    leases: meta.has(LEASES_KEY) ? (record(meta, LEASES_KEY) as Lease[]) : [],
    context: await readContext(store, CONTEXT_PREFIX, damaged),
    horizon: await readContext(store, HORIZON_PREFIX, damaged),
    siblings,
  };
  const seenCounters = meta.has(COUNTERS_KEY) ? (record(meta, COUNTERS_KEY) as SeenCounter[]) : [];
  const isSound = damaged.length === 0 && holdsWithinContext(image);
  if (isSound) return { image, seenCounters, damaged: 0 };
  return { image: await resetContext(store, image, damaged), seenCounters, damaged: Math.max(1, damaged.length) };
}

/** What can be decoded under a prefix; the keys of the rest go to `damaged`. */
async function* records<T>(
  store: Store,
  prefix: string,
  decode: (value: Uint8Array, key: string) => T,
  damaged: string[],
): AsyncGenerator<T, void> {
  for await (const chunk of store.scan(prefix)) {
    for (const [key, value] of chunk) {
      let decoded: T;
      try {
        decoded = decode(value, key);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        damaged.push(key);
        continue;
      }
      yield decoded;
    }
  }
}

/** JSON leaves `undefined` fields out. */
function withOptionalFacts(
  stored: Omit<ReplicaSetRecord, "dimensions" | "yieldsTo"> & Partial<ReplicaSetRecord>,
): ReplicaSetRecord {
  return { ...stored, dimensions: stored.dimensions, yieldsTo: stored.yieldsTo };
}

async function readContext(store: Store, prefix: string, damaged: string[]): Promise<CausalContext> {
  const origins: (readonly [Origin, IntervalSet])[] = [];
  const decode = (value: Uint8Array, key: string) => [originOfKey(key), decodeIntervals(value)] as const;
  for await (const origin of records(store, prefix, decode, damaged)) origins.push(origin);
  return CausalContext.of(origins);
}

function record(meta: ReadonlyMap<string, Uint8Array>, key: string): unknown {
  const bytes = meta.get(key);
  if (bytes === undefined)
    throw replicationError(
      "storage-corrupt",
      `The store lacks its record "${key}". Delete the store and let it sync anew.`,
      {},
    );
  return decodeJsonRecord(bytes);
}
