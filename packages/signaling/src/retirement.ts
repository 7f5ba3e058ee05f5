import { setTimeout as sleep } from "node:timers/promises";
import type { ClientSession } from "./client-session.ts";

/** So many groups of sockets are closed one after the other. */
const STEPS = 20;

/**
 * Begins to close all sessions, in random order and evenly over `durationMs`, asking each to come back at another time within
 * `retrySpreadMs`: what comes back all at once takes the next server down.
 */
export async function retireAll(
  sessions: ReadonlySet<ClientSession>,
  durationMs: number,
  retrySpreadMs: number,
): Promise<void> {
  const waiting = [...sessions].map((session) => ({ session, order: Math.random() })).sort((a, b) => a.order - b.order);
  const steps = durationMs === 0 || waiting.length === 0 ? 1 : STEPS;
  for (let step = 1; step <= steps; step++) {
    const group = waiting.splice(0, Math.ceil(waiting.length / (steps - step + 1)));
    for (const { session } of group) {
      session.retire("the server is shutting down", Math.round(Math.random() * retrySpreadMs));
    }
    if (waiting.length > 0) await sleep(durationMs / steps);
  }
}
