import { setTimeout as sleep } from "node:timers/promises";
import type { ClientSession } from "./client-session.ts";

/** So many groups of sockets are closed one after the other. */
const STEPS = 20;

export interface Retirement {
  /** For the close frame. */
  readonly reason: string;
  /** 0: all at once. */
  readonly durationMs: number;
  /** Each is asked to stay away for another time up to this. */
  readonly retrySpreadMs: number;
}

/**
 * Begins to close all sessions that are there, in random order and evenly over the duration, asking each to come back: what
 * comes back all at once takes the next server down.
 */
export async function retireAll(
  sessions: ReadonlySet<ClientSession>,
  { reason, durationMs, retrySpreadMs }: Retirement,
): Promise<void> {
  const waiting = [...sessions].map((session) => ({ session, order: Math.random() })).sort((a, b) => a.order - b.order);
  const steps = durationMs === 0 || waiting.length === 0 ? 1 : STEPS;
  for (let step = 1; step <= steps; step++) {
    const group = waiting.splice(0, Math.ceil(waiting.length / (steps - step + 1)));
    for (const { session } of group) session.retire(reason, Math.round(Math.random() * retrySpreadMs));
    if (waiting.length > 0) await sleep(durationMs / steps);
  }
}
