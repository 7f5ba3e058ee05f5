import {
  CONTEXT_PREFIX,
  contextKey,
  COUNTERS_KEY,
  HORIZON_PREFIX,
  LEASES_KEY,
  META_PREFIX,
  NODE_KEY,
  PROGRESS_KEY,
  REPLICA_SETS_KEY,
  VERSION_PREFIX,
  versionKey,
} from "../core/store-layout.ts";
import { CausalContext } from "../core/causal-context.ts";
import { DotSum, NO_SUM, sumsOf } from "../core/store-sums.ts";
import { storedLineages } from "../core/lineage-state.ts";
import { encodeIntervals } from "../core/codec/contexts.ts";
import { encodeJsonRecord } from "../core/codec/json-record.ts";
import type { Store } from "../ports/storage.ts";
import { revisionOf, type StoreImage } from "../core/durable-state.ts";

/** Whether the context covers every version that is held, as every transaction leaves it. */
export function holdsWithinContext({ siblings, context }: StoreImage): boolean {
  for (const held of siblings.values()) if (!held.every((version) => context.covers(version.dot))) return false;
  return true;
}

/**
 * S1: a store that fails its integrity check claims what it holds and no more, so that its peers send the rest again. Its durable
 * counter starts anew, so that nobody counts it as a voter before it has been enrolled again, caught up (Q3): it may have lost what it
 * had acknowledged; or it is new altogether, where it cannot tell who it was or what it had promised. Written at once: a stale context
 * left on the disk would be believed at the next opening.
 */
export async function resetContext(
  store: Store,
  image: StoreImage,
  lostKeys: readonly string[],
  isNewReplica: boolean,
): Promise<StoreImage> {
  const held = [...image.siblings.values()].flat();
  const context = CausalContext.EMPTY.with(held.map((version) => version.dot));
  const revision = Math.max(image.revision, ...[...image.siblings.values()].map(revisionOf));
  const counter = isNewReplica ? image.counter : 0;
  const { openings, clock } = image;
  const progress = { counter, revision, forgottenRevision: revision, openings, relaxedPending: false, clock };
  const sum = new DotSum(NO_SUM);
  for (const { dot } of held) sum.toggle(dot);
  const sums = sumsOf({ context, horizon: CausalContext.EMPTY }, sum.value);
  const puts: [string, Uint8Array][] = [...context.origins].map(([origin, set]) => [
    contextKey(origin),
    encodeIntervals(set),
  ]);
  puts.push([PROGRESS_KEY, encodeJsonRecord({ ...progress, sums })]);
  if (isNewReplica) {
    puts.push([NODE_KEY, encodeJsonRecord({ nodeId: image.nodeId })]);
    puts.push([REPLICA_SETS_KEY, encodeJsonRecord(storedLineages(image))]);
  }
  const stale = new Set(lostKeys);
  const believed = new Set([...puts.map(([key]) => key), ...held.map((version) => versionKey(version.dot))]);
  const spared = isNewReplica ? [COUNTERS_KEY, LEASES_KEY] : [META_PREFIX];
  for await (const chunk of store.scan("")) {
    for (const [key] of chunk) {
      const isOurs = [VERSION_PREFIX, CONTEXT_PREFIX, HORIZON_PREFIX, META_PREFIX].some((part) => key.startsWith(part));
      if (isOurs && !spared.some((part) => key.startsWith(part))) stale.add(key);
    }
  }
  for (const key of believed) stale.delete(key);
  await store.commit({ puts, deletes: [...stale] }, "strict");
  return { ...image, ...progress, context, horizon: CausalContext.EMPTY };
}
