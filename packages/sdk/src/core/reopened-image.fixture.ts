import {
  CONTEXT_PREFIX,
  HORIZON_PREFIX,
  originOfKey,
  PROGRESS_KEY,
  REPLICA_SETS_KEY,
  VERSION_PREFIX,
} from "./store-layout.ts";
import type { StoreImage } from "./durable-state.ts";
import { CausalContext } from "./causal-context.ts";
import { decodeIntervals } from "./codec/contexts.ts";
import { HeldVersions } from "./held-versions.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import { decodeStoredStamp } from "./codec/stored.ts";
import { lineagesOf } from "./lineage-state.ts";

/** What a store that was created as `created` says when it is opened again. */
export function reopenedImage(created: StoreImage, store: ReadonlyMap<string, Uint8Array>): StoreImage {
  const [progress, replicaSets] = [store.get(PROGRESS_KEY), store.get(REPLICA_SETS_KEY)];
  const versions = new HeldVersions();
  for (const [id, siblings] of created.versions.all()) versions.setSiblings(id, siblings);
  const context = new Map(created.context.origins);
  const horizon = new Map(created.horizon.origins);
  for (const [key, bytes] of store) {
    if (key.startsWith(CONTEXT_PREFIX)) context.set(originOfKey(key), decodeIntervals(bytes));
    if (key.startsWith(HORIZON_PREFIX)) horizon.set(originOfKey(key), decodeIntervals(bytes));
    if (!key.startsWith(VERSION_PREFIX)) continue;
    const { stamp, revision, hash } = decodeStoredStamp(bytes);
    versions.add({ ...stamp, revision, hash });
  }
  return {
    ...created,
    ...(progress && (decodeJsonRecord(progress) as Partial<StoreImage>)),
    ...(replicaSets && lineagesOf(decodeJsonRecord(replicaSets))),
    context: CausalContext.of(context),
    horizon: CausalContext.of(horizon),
    versions,
  };
}
