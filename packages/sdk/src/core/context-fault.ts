import { MAX_CONTEXT_INTERVALS, MAX_CONTEXT_ORIGINS } from "./codec/limits.ts";
import type { CausalContext } from "./causal-context.ts";
import type { Message } from "./messages.ts";

/**
 * What peers may bring a context to: half of what a frame holds, so that this replica can always tell its own, and has the other half for
 * its own openings. Ten years of a busy room come to a hundredth of it.
 */
export const MAX_TAKEN_ORIGINS: number = MAX_CONTEXT_ORIGINS / 2;
export const MAX_TAKEN_INTERVALS: number = MAX_CONTEXT_INTERVALS / 2;

const counted = new WeakMap<CausalContext, number>();

/** Why this message would make this replica's context one that no frame can hold, or `undefined`. The sender's connection is closed. */
export function contextFault(message: Message, ours: CausalContext): string | undefined {
  if (message.type === "session-end" || message.type === "repair-begin" || message.type === "repair-begun") {
    const { context } = message;
    let strangers = 0;
    for (const origin of context.origins.keys()) if (!ours.origins.has(origin)) strangers++;
    return overflow(ours, strangers, intervalsOf(context));
  }
  if (!("versions" in message)) return undefined;
  const strangers = new Set<string>();
  for (const { dot } of message.versions) if (!ours.origins.has(dot.origin)) strangers.add(dot.origin);
  return overflow(ours, strangers.size, message.versions.length);
}

function overflow(ours: CausalContext, moreOrigins: number, moreIntervals: number): string | undefined {
  if (moreOrigins > 0 && ours.origins.size + moreOrigins > MAX_TAKEN_ORIGINS)
    return "writes of more origins than a room has";
  if (intervalsOf(ours) + moreIntervals > MAX_TAKEN_INTERVALS) return "writes with more gaps than a room has";
  return undefined;
}

/** Contexts are immutable, so each is counted once. */
export function intervalsOf(context: CausalContext): number {
  let intervals = counted.get(context);
  if (intervals !== undefined) return intervals;
  intervals = 0;
  for (const ofOrigin of context.origins.values()) intervals += ofOrigin.length / 2;
  counted.set(context, intervals);
  return intervals;
}
