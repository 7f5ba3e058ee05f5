import { activeRecord } from "../core/durable-state.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeStored } from "../core/codec/stored.ts";
import { isVoter } from "../core/replica-set.ts";
import type { NodeId } from "../core/node-id.ts";
import { readImage, readMeta } from "./store-image.ts";
import { replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";
import { scanInTasks } from "./store-scan.ts";
import type { Store } from "../ports/storage.ts";
import type { StoreDamage } from "./store-damage.ts";
import { VERSION_PREFIX } from "../core/store-layout.ts";

/** What a store holds. */
export interface StoreReport {
  readonly nodeId: NodeId;
  readonly lineage: string;
  readonly epoch: number;
  readonly voters: readonly NodeId[];
  readonly isVoter: boolean;
  /** Visible ids. */
  readonly entries: number;
  /** Versions, siblings and tombstones among them. */
  readonly versions: number;
  readonly tombstones: number;
  /** What is damaged or missing, as in "versions, its context"; empty where nothing is. */
  readonly damage: string;
  /** The keys of records that cannot be read. */
  readonly damagedKeys: readonly string[];
}

/**
 * Reads every record of a store, vectors and metadata too, checks each against its checksums and all together against the store's sums
 * (S1). Changes nothing: a replicator that opens the store mends it.
 * @throws ReplicationError `storage-corrupt` for a store that no replicator has written, that another version has, or that has lost who it is.
 */
export async function inspectStore(store: Store, runtime: Runtime): Promise<StoreReport> {
  const unknown = (): never => {
    const message = `The store "${store.replicaName}" is empty, or has lost its identity or its replica set. A replica that opens it becomes a new one, and keeps the versions that are sound.`;
    throw replicationError("storage-corrupt", message, {});
  };
  const { image, damage } = await readImage(store, await readMeta(store), unknown, runtime);
  await readPayloads(store, damage, runtime);
  const { versions } = image;
  let tombstones = 0;
  for (const [, siblings] of versions.all()) tombstones += siblings.filter(({ tombstone }) => tombstone).length;
  const { lineage, epoch, voters, ...record } = activeRecord(image);
  return {
    nodeId: image.nodeId,
    lineage,
    epoch,
    voters: voters.map(({ nodeId }) => nodeId),
    isVoter: isVoter({ lineage, epoch, voters, ...record }, image.nodeId),
    entries: versions.visibleCount,
    versions: versions.size,
    tombstones,
    damage: damage.parts,
    damagedKeys: [...new Set(damage.keys)],
  };
}

async function readPayloads(store: Store, damage: StoreDamage, runtime: Runtime): Promise<void> {
  for await (const chunk of scanInTasks(store, VERSION_PREFIX, runtime)) {
    for (const [key, value] of chunk) {
      try {
        decodeStored(value);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        damage.unreadable(key);
      }
    }
  }
}
