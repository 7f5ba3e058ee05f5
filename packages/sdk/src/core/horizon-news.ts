import { MAX_CONTEXT_INTERVALS, MAX_CONTEXT_ORIGINS } from "./codec/limits.ts";
import { CausalContext } from "./causal-context.ts";
import type { DurableState } from "./durable-state.ts";
import type { HorizonNews } from "./messages.ts";
import { intervalsOf } from "./context-fault.ts";
import type { Peer } from "./peer.ts";

/** What to tell this peer now, in a message of the class `control`, so that it hears all that it is told in order. */
export function tellHorizon(peer: Peer, { horizon, resets }: Pick<DurableState, "horizon" | "resets">): HorizonNews {
  const told = peer.toldHorizon ?? { horizon: CausalContext.EMPTY, resets };
  peer.toldHorizon = { horizon, resets };
  if (told.resets !== resets) return { horizon, anew: true };
  if (told.horizon === horizon) return { horizon: CausalContext.EMPTY };
  return { horizon: CausalContext.of(horizon.changedSince(told.horizon)) };
}

/** Takes note of what a peer tells. Returns why no correct peer tells it, if so. */
export function hearHorizon(peer: Peer, { horizon, anew }: HorizonNews, ours: CausalContext): string | undefined {
  const theirs = anew === true ? horizon : peer.theirHorizon.join(horizon);
  if (theirs.origins.size > MAX_CONTEXT_ORIGINS || intervalsOf(theirs) > MAX_CONTEXT_INTERVALS)
    return "a horizon that no frame holds";
  // Mostly all are equal, and held once.
  peer.theirHorizon = theirs.digest.equals(ours.digest) ? ours : theirs;
  return undefined;
}
