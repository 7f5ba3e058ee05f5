import {
  CONTEXT_PREFIX,
  COUNTERS_KEY,
  HORIZON_PREFIX,
  LEASES_KEY,
  META_PREFIX,
  NODE_KEY,
  originOfKey,
  PROGRESS_KEY,
  REPLICA_SETS_KEY,
  type SeenCounter,
  VERSION_PREFIX,
} from "../core/store-layout.ts";
import { decodeJsonRecord, encodeJsonRecord } from "../core/codec/json-record.ts";
import { DotSum, NO_SUM, sameSum, type StoreSums, sumsOf } from "../core/store-sums.ts";
import { type Founding, type Identity, mintIdentity, type Progress } from "./store-identity.ts";
import { holdsWithinContext, resetContext } from "./store-recovery.ts";
import type { IndexedVersion, StoreImage } from "../core/durable-state.ts";
import { lineagesOf, storedLineages } from "../core/lineage-state.ts";
import type { Lease } from "../core/leases.ts";
import type { NodeId, Origin } from "../core/node-id.ts";
import { type Siblings, joinSiblings } from "../core/siblings.ts";
import { CausalContext } from "../core/causal-context.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeIntervals } from "../core/codec/contexts.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import type { IntervalSet } from "../core/interval-set.ts";
import { replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";
import { STORE_FORMAT } from "../core/codec/durable-record.ts";
import { StoreDamage } from "./store-damage.ts";

export interface LoadedStore {
  readonly image: StoreImage;
  readonly seenCounters: readonly SeenCounter[];
  /** What was torn or missing and has been left out. */
  readonly damage: StoreDamage;
}

/**
 * Reads what a store holds; mints its identity and founds its lineage in the transaction that creates it (C1, Q7a). What is torn or
 * missing is left out, and comes back from peers (S1); a store that has lost who it was, or what it had promised as a voter, is a new
 * replica, which keeps the versions that are sound.
 * @throws ReplicationError `storage-corrupt` when another version of this software has written the store.
 */
export async function loadStore(store: Store, settings: Founding, runtime: Runtime): Promise<LoadedStore> {
  const meta = new Map<string, Uint8Array>();
  for await (const chunk of store.scan(META_PREFIX)) for (const [key, value] of chunk) meta.set(key, value);
  if (meta.size === 0 && (await isEmpty(store))) return createStore(store, mintIdentity(store, settings, runtime));
  refuseOtherFormats(store, meta);
  return readStore(store, meta, () => mintIdentity(store, settings, runtime));
}

async function isEmpty(store: Store): Promise<boolean> {
  for await (const chunk of store.scan("")) if (chunk.length > 0) return false;
  return true;
}

/** One record of another format is damaged; a store in which none is of ours is not. */
function refuseOtherFormats(store: Store, meta: ReadonlyMap<string, Uint8Array>): void {
  const formats = new Set([...meta.values()].map((bytes) => bytes[0]));
  const [format] = formats;
  if (meta.size < 2 || formats.size !== 1 || format === undefined || format === STORE_FORMAT) return;
  const message = `The store "${store.replicaName}" has format ${format}, this version reads ${STORE_FORMAT}. Use the version of this software that has written it, or another replicaName.`;
  throw replicationError("storage-corrupt", message, {});
}

async function createStore(store: Store, identity: Identity): Promise<LoadedStore> {
  const image: StoreImage = {
    ...emptyImage(store, identity),
    leases: [],
    siblings: new Map(),
  };
  await store.commit(
    {
      puts: [
        [NODE_KEY, encodeJsonRecord({ nodeId: image.nodeId })],
        [REPLICA_SETS_KEY, encodeJsonRecord(storedLineages(image))],
        [PROGRESS_KEY, encodeJsonRecord({ ...identity.progress, sums: sumsOf(image, NO_SUM) })],
      ],
      deletes: [],
    },
    "strict",
  );
  return { image, seenCounters: [], damage: new StoreDamage() };
}

function emptyImage(store: Store, { nodeId, lineages, progress }: Identity): Omit<StoreImage, "leases" | "siblings"> {
  const { deviceId } = store;
  return { nodeId, deviceId, ...lineages, ...progress, context: CausalContext.EMPTY, horizon: CausalContext.EMPTY };
}

async function readStore(
  store: Store,
  meta: ReadonlyMap<string, Uint8Array>,
  mint: () => Identity,
): Promise<LoadedStore> {
  const damage = new StoreDamage();
  const known = readIdentity(meta, damage);
  const sum = new DotSum();
  const siblings = new Map<string, Siblings<IndexedVersion>>();
  for await (const { stamp, revision, hash } of records(store, VERSION_PREFIX, decodeStoredStamp, damage)) {
    sum.toggle(stamp.dot);
    siblings.set(stamp.id, joinSiblings(siblings.get(stamp.id) ?? [], { ...stamp, revision, hash }));
  }
  const image: StoreImage = {
    ...emptyImage(store, known ?? mint()),
    leases: (readRecord(meta, LEASES_KEY, damage) as Lease[] | undefined) ?? [],
    context: await readContext(store, CONTEXT_PREFIX, damage),
    horizon: await readContext(store, HORIZON_PREFIX, damage),
    siblings,
  };
  const seenCounters = (readRecord(meta, COUNTERS_KEY, damage) as SeenCounter[] | undefined) ?? [];
  if (known !== undefined) {
    const sums = sumsOf(image, sum.value);
    if (!sameSum(sums.versions, known.sums.versions)) damage.missing(VERSION_PREFIX);
    if (!sameSum(sums.context, known.sums.context) || !holdsWithinContext(image)) damage.missing(CONTEXT_PREFIX);
    if (!sameSum(sums.horizon, known.sums.horizon)) damage.missing(HORIZON_PREFIX);
  }
  if (!damage.sparesData)
    return { image: await resetContext(store, image, damage.keys, known === undefined), seenCounters, damage };
  if (damage.keys.length > 0) await store.commit({ puts: [], deletes: damage.keys }, "strict");
  return { image, seenCounters, damage };
}

/** `undefined`: who this replica was, or what it had promised as a voter, is not known any more. */
function readIdentity(
  meta: ReadonlyMap<string, Uint8Array>,
  damage: StoreDamage,
): (Identity & { readonly sums: StoreSums }) | undefined {
  const node = readRecord(meta, NODE_KEY, damage, true) as { nodeId: NodeId } | undefined;
  const replicaSets = readRecord(meta, REPLICA_SETS_KEY, damage, true);
  const stored = readRecord(meta, PROGRESS_KEY, damage, true) as (Progress & { sums: StoreSums }) | undefined;
  if (node === undefined || replicaSets === undefined || stored === undefined) return undefined;
  const { sums, ...progress } = stored;
  return { nodeId: node.nodeId, lineages: lineagesOf(replicaSets), progress, sums };
}

/** What can be decoded under a prefix; the rest goes to `damage`. */
async function* records<T>(
  store: Store,
  prefix: string,
  decode: (value: Uint8Array, key: string) => T,
  damage: StoreDamage,
): AsyncGenerator<T, void> {
  for await (const chunk of store.scan(prefix)) {
    for (const [key, value] of chunk) {
      let decoded: T;
      try {
        decoded = decode(value, key);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        damage.unreadable(key);
        continue;
      }
      yield decoded;
    }
  }
}

async function readContext(store: Store, prefix: string, damage: StoreDamage): Promise<CausalContext> {
  const origins: (readonly [Origin, IntervalSet])[] = [];
  const decode = (value: Uint8Array, key: string) => [originOfKey(key), decodeIntervals(value)] as const;
  for await (const origin of records(store, prefix, decode, damage)) origins.push(origin);
  return CausalContext.of(origins);
}

function readRecord(
  meta: ReadonlyMap<string, Uint8Array>,
  key: string,
  damage: StoreDamage,
  isRequired = false,
): unknown {
  const bytes = meta.get(key);
  if (bytes === undefined) {
    if (isRequired) damage.missing(key);
    return undefined;
  }
  try {
    return decodeJsonRecord(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    damage.unreadable(key);
    return undefined;
  }
}
