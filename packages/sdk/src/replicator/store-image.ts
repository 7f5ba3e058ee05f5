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
import { NO_SUM, sameSum, type StoreSums, sumsOf } from "../core/store-sums.ts";
import { type Founding, type Identity, mintIdentity, type Progress } from "./store-identity.ts";
import { resetContext } from "./store-recovery.ts";
import { scanInTasks } from "./store-scan.ts";
import { HeldVersions, type IndexedVersion } from "../core/held-versions.ts";
import type { StoreImage } from "../core/durable-state.ts";
import { lineagesOf, storedLineages } from "../core/lineage-state.ts";
import type { Lease } from "../core/leases.ts";
import type { NodeId, Origin } from "../core/node-id.ts";
import { CausalContext } from "../core/causal-context.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeIntervals } from "../core/codec/contexts.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import type { IntervalSet } from "../core/interval-set.ts";
import { replicationError } from "../core/replication-error.ts";
import { EMPTY_VERSION_VECTOR } from "../core/version-vector.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";
import { STORE_FORMAT } from "../core/codec/durable-record.ts";
import { LATEST_COMMITS, StoreDamage } from "./store-damage.ts";
import type { VersionStamp } from "../core/version.ts";

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
  const meta = await readMeta(store);
  if (meta.size === 0 && (await isEmpty(store))) return createStore(store, mintIdentity(store, settings, runtime));
  return readStore(store, meta, () => mintIdentity(store, settings, runtime), runtime);
}

/** The records of its identity and promises. @throws ReplicationError as `loadStore` */
export async function readMeta(store: Store): Promise<ReadonlyMap<string, Uint8Array>> {
  const meta = new Map<string, Uint8Array>();
  for await (const chunk of store.scan(META_PREFIX)) for (const [key, value] of chunk) meta.set(key, value);
  refuseOtherFormats(store, meta);
  return meta;
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
    versions: new HeldVersions(),
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
  return { image, seenCounters: [], damage: damageTold(store) };
}

/** What the adapter itself has found. */
function damageTold({ lostCommits = 0 }: Store): StoreDamage {
  const damage = new StoreDamage();
  if (lostCommits > 0) damage.missing(LATEST_COMMITS);
  return damage;
}

function emptyImage(store: Store, { nodeId, lineages, progress }: Identity): Omit<StoreImage, "leases" | "versions"> {
  const { deviceId } = store;
  return { nodeId, deviceId, ...lineages, ...progress, context: CausalContext.EMPTY, horizon: CausalContext.EMPTY };
}

async function readStore(
  store: Store,
  meta: ReadonlyMap<string, Uint8Array>,
  mint: () => Identity,
  runtime: Runtime,
): Promise<LoadedStore> {
  const { image, seenCounters, damage, isKnown } = await readImage(store, meta, mint, runtime);
  if (!damage.sparesData)
    return { image: await resetContext(store, image, damage.keys, !isKnown, runtime), seenCounters, damage };
  if (damage.keys.length > 0) await store.commit({ puts: [], deletes: damage.keys }, "strict");
  return { image, seenCounters, damage };
}

/** What can be read of a store, which is left as it is. @param mint names a replica whose store has lost who it was. */
export async function readImage(
  store: Store,
  meta: ReadonlyMap<string, Uint8Array>,
  mint: () => Identity,
  runtime: Runtime,
): Promise<LoadedStore & { readonly isKnown: boolean }> {
  const damage = damageTold(store);
  const known = readIdentity(meta, damage);
  const leases = (readRecord(meta, LEASES_KEY, damage) as Lease[] | undefined) ?? [];
  const seenCounters = (readRecord(meta, COUNTERS_KEY, damage) as SeenCounter[] | undefined) ?? [];
  const context = await readContext(store, CONTEXT_PREFIX, damage, runtime);
  const horizon = await readContext(store, HORIZON_PREFIX, damage, runtime);
  const { versions, newest, areDistinct, areCovered } = await readVersions(store, context, damage, runtime);
  const identity = emptyImage(store, known ?? mint());
  const revision = Math.max(identity.revision, newest);
  const image: StoreImage = { ...identity, revision, leases, context, horizon, versions };
  if (known !== undefined) {
    const sums = sumsOf(image, versions.sum);
    if (!sameSum(sums.versions, known.sums.versions) || !areDistinct) damage.missing(VERSION_PREFIX);
    if (!sameSum(sums.context, known.sums.context) || !areCovered) damage.missing(CONTEXT_PREFIX);
    if (!sameSum(sums.horizon, known.sums.horizon)) damage.missing(HORIZON_PREFIX);
  }
  return { image, seenCounters, damage, isKnown: known !== undefined };
}

/** What the records of versions come to. In a sound store each is held, and the context covers it. */
interface ReadVersions {
  readonly versions: HeldVersions;
  /** The highest revision. */
  readonly newest: number;
  readonly areDistinct: boolean;
  readonly areCovered: boolean;
}

/** Builds the index chunk by chunk; nobody is shown it before it is whole. */
async function readVersions(
  store: Store,
  context: CausalContext,
  damage: StoreDamage,
  runtime: Runtime,
): Promise<ReadVersions> {
  const versions = new HeldVersions();
  let [count, newest, areCovered] = [0, 0, true];
  for await (const chunk of records(store, VERSION_PREFIX, decodeStoredStamp, damage, runtime)) {
    count += chunk.length;
    for (const { stamp, revision, hash } of chunk) {
      versions.add(indexed(stamp, revision, hash));
      newest = Math.max(newest, revision);
      areCovered &&= context.covers(stamp.dot);
    }
  }
  return { versions, newest, areDistinct: versions.size === count, areCovered };
}

/**
 * Written out: V8 gives each object that is spread and added to a hidden class of its own, of some 370 bytes. Most versions have seen no other of their
 * id, and share one empty context.
 */
function indexed({ id, dot, context, hlc, tombstone }: VersionStamp, revision: number, hash: number): IndexedVersion {
  return { id, dot, context: context.size === 0 ? EMPTY_VERSION_VECTOR : context, hlc, tombstone, revision, hash };
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

/** What can be decoded under a prefix, a chunk a task; the rest goes to `damage`. */
async function* records<T>(
  store: Store,
  prefix: string,
  decode: (value: Uint8Array, key: string) => T,
  damage: StoreDamage,
  runtime: Runtime,
): AsyncGenerator<T[], void> {
  for await (const chunk of scanInTasks(store, prefix, runtime)) {
    const decoded: T[] = [];
    for (const [key, value] of chunk) {
      try {
        decoded.push(decode(value, key));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        damage.unreadable(key);
      }
    }
    yield decoded;
  }
}

async function readContext(
  store: Store,
  prefix: string,
  damage: StoreDamage,
  runtime: Runtime,
): Promise<CausalContext> {
  const origins: (readonly [Origin, IntervalSet])[] = [];
  const decode = (value: Uint8Array, key: string) => [originOfKey(key), decodeIntervals(value)] as const;
  for await (const chunk of records(store, prefix, decode, damage, runtime)) origins.push(...chunk);
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
