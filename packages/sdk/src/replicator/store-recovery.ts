import {
  CONTEXT_PREFIX,
  contextKey,
  COUNTERS_KEY,
  dotOfKey,
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
import { claimOf } from "../core/held-claim.ts";
import { sumsOf } from "../core/store-sums.ts";
import { storedLineages } from "../core/lineage-state.ts";
import { encodeIntervals } from "../core/codec/contexts.ts";
import { encodeJsonRecord } from "../core/codec/json-record.ts";
import type { Store } from "../ports/storage.ts";
import type { StoreImage } from "../core/durable-state.ts";
import type { HeldVersions } from "../core/held-versions.ts";
import type { Runtime } from "../ports/runtime.ts";
import { anotherTask, scanInTasks } from "./store-scan.ts";

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
  runtime: Runtime,
): Promise<StoreImage> {
  const { versions, revision, openings, clock } = image;
  const claiming = claimOf(versions.list());
  let claim = claiming.next();
  for (; claim.done !== true; claim = claiming.next()) await anotherTask(runtime);
  const context = claim.value;
  const counter = isNewReplica ? image.counter : 0;
  const progress = { counter, revision, forgottenRevision: revision, openings, relaxedPending: false, clock };
  const sums = sumsOf({ context, horizon: CausalContext.EMPTY }, versions.sum);
  const puts: [string, Uint8Array][] = [...context.origins].map(([origin, set]) => [
    contextKey(origin),
    encodeIntervals(set),
  ]);
  puts.push([PROGRESS_KEY, encodeJsonRecord({ ...progress, sums })]);
  if (isNewReplica) {
    puts.push([NODE_KEY, encodeJsonRecord({ nodeId: image.nodeId })]);
    puts.push([REPLICA_SETS_KEY, encodeJsonRecord(storedLineages(image))]);
  }
  const written = new Set(puts.map(([key]) => key));
  const isBelieved = (key: string): boolean => written.has(key) || isKeyOfHeld(key, versions);
  const stale = new Set(lostKeys.filter((key) => !isBelieved(key)));
  const spared = isNewReplica ? [COUNTERS_KEY, LEASES_KEY] : [META_PREFIX];
  for await (const chunk of scanInTasks(store, "", runtime)) {
    for (const [key] of chunk) {
      const isOurs = [VERSION_PREFIX, CONTEXT_PREFIX, HORIZON_PREFIX, META_PREFIX].some((part) => key.startsWith(part));
      if (isOurs && !spared.some((part) => key.startsWith(part)) && !isBelieved(key)) stale.add(key);
    }
  }
  await store.commit({ puts, deletes: [...stale] }, "strict");
  return { ...image, ...progress, context, horizon: CausalContext.EMPTY };
}

function isKeyOfHeld(key: string, versions: HeldVersions): boolean {
  if (!key.startsWith(VERSION_PREFIX)) return false;
  const dot = dotOfKey(key);
  return versions.holds(dot) && versionKey(dot) === key;
}
