import { CONTEXT_PREFIX, contextKey, HORIZON_PREFIX, PROGRESS_KEY } from "../core/store-layout.ts";
import { CausalContext } from "../core/causal-context.ts";
import { encodeIntervals } from "../core/codec/contexts.ts";
import { encodeJsonRecord } from "../core/codec/json-record.ts";
import type { Store } from "../ports/storage.ts";
import type { StoreImage } from "../core/durable-state.ts";

/** Whether the context covers every version that is held, as every transaction leaves it. */
export function holdsWithinContext({ siblings, context }: StoreImage): boolean {
  for (const held of siblings.values()) if (!held.every((version) => context.covers(version.dot))) return false;
  return true;
}

/**
 * S1: a store that fails its integrity check claims what it holds and no more, so that its peers send the rest again. Its durable
 * counter starts anew, so that nobody counts it as a voter before it has been enrolled again, caught up (Q3): it may have lost what it
 * had acknowledged. Written at once: a stale context left on the disk would be believed at the next opening.
 */
export async function resetContext(store: Store, image: StoreImage, damaged: readonly string[]): Promise<StoreImage> {
  const dots = [...image.siblings.values()].flatMap((held) => held.map((version) => version.dot));
  const context = CausalContext.EMPTY.with(dots);
  const stale = new Set(damaged);
  for (const prefix of [CONTEXT_PREFIX, HORIZON_PREFIX])
    for await (const chunk of store.scan(prefix)) for (const [key] of chunk) stale.add(key);
  for (const origin of context.origins.keys()) stale.delete(contextKey(origin));
  const { revision, clock } = image;
  const progress = { counter: 0, revision, forgottenRevision: revision, relaxedPending: false, clock };
  const contexts = [...context.origins].map(([origin, set]) => [contextKey(origin), encodeIntervals(set)] as const);
  await store.commit(
    { puts: [...contexts, [PROGRESS_KEY, encodeJsonRecord(progress)]], deletes: [...stale] },
    "strict",
  );
  return { ...image, ...progress, context, horizon: CausalContext.EMPTY };
}
