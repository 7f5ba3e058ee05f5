import { contextKey, HORIZON_PREFIX } from "../core/store-layout.ts";
import { type DotName, dotName, heldOn, isIn, leasesOn, nodeIdOf, recordOf } from "./stored-image.ts";
import type { CommitBatch } from "../ports/storage.ts";
import type { Dot } from "../core/dot.ts";
import type { Disk, DiskImage } from "./disk.ts";
import type { KnownVersion, Ledger } from "./ledger.ts";
import type { NodeId } from "../core/node-id.ts";

/**
 * Whether a batch that takes this tombstone away collects it: it is replaced by nothing, and the horizon covers it. A store that has
 * been torn loses tombstones, too, and then its horizon.
 */
export function collects(image: DiskImage, batch: CommitBatch, { stamp }: KnownVersion): boolean {
  const key = HORIZON_PREFIX + stamp.dot.origin;
  const put = batch.puts.find(([other]) => other === key)?.[1];
  if (put === undefined && batch.deletes.includes(key)) return false;
  return stamp.tombstone && isIn(put ?? image.get(key), stamp.dot.seq);
}

/** C9: why the first store to collect this tombstone could not yet, or `undefined`. */
export function collectionFault(
  ledger: Ledger,
  image: DiskImage,
  version: KnownVersion,
  leased: ReadonlySet<NodeId>,
): string | undefined {
  const { dot, context } = version.stamp;
  for (const [origin, last] of context) {
    for (let seq = 1; seq <= last; seq++)
      if (!isIn(image.get(contextKey(origin)), seq))
        return `its context names ${dotName({ origin, seq })}, unseen here`;
  }
  return durabilityFault(ledger, image, dot, leased);
}

/** C9, C11: who of those that count for this store has never held a write durably, or `undefined`. */
export function durabilityFault(
  ledger: Ledger,
  image: DiskImage,
  dot: Dot,
  leased: ReadonlySet<NodeId>,
): string | undefined {
  const own = nodeIdOf(image);
  for (const { nodeId } of recordOf(image)?.voters ?? []) {
    if (nodeId !== own && ledger.flushedBy.get(nodeId)?.has(dotName(dot)) !== true)
      return `the voter ${nodeId.slice(0, 4)} never held it durably`;
  }
  for (const nodeId of leased)
    if (nodeId !== own && ledger.flushedBy.has(nodeId) && !ledger.flushedBy.get(nodeId)!.has(dotName(dot)))
      return `${nodeId.slice(0, 4)}, which has reported, never held it durably`;
  return undefined;
}

/**
 * C9, of a room in which all are equal and silent: what nobody who is gone keeps from being collected has been.
 * @param present who is in the room
 * @param leased who has reported to this store, beside those that its own record of leases names
 */
export function checkCollected(
  ledger: Ledger,
  { name, image }: Disk,
  present: ReadonlySet<NodeId>,
  leased: ReadonlySet<NodeId>,
): void {
  const counted = [...(recordOf(image)?.voters ?? []).map((voter) => voter.nodeId), ...leasesOn(image), ...leased];
  if (counted.some((nodeId) => !present.has(nodeId))) return;
  for (const [dot, { tombstone, context }] of heldOn(image)) {
    const isReady = [...context].every(([origin, last]) => isAllIn(image.get(contextKey(origin)), last));
    if (tombstone && isReady) ledger.violation(`C9: ${name} has not collected ${dot}, which all have reported`);
  }
}

function isAllIn(intervals: Uint8Array | undefined, last: number): boolean {
  for (let seq = 1; seq <= last; seq++) if (!isIn(intervals, seq)) return false;
  return true;
}

/** What a store needs not hold, because it was collected, or replaced by what was collected, and its horizon says so. */
export function collectedOn(ledger: Ledger, image: DiskImage): Set<DotName> {
  const gone = new Set<DotName>();
  for (const [name, { stamp, seen }] of ledger.collected) {
    if (!isIn(image.get(HORIZON_PREFIX + stamp.dot.origin), stamp.dot.seq)) continue;
    gone.add(name);
    for (const earlier of seen) gone.add(earlier);
  }
  return gone;
}
