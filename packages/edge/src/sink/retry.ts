import { setTimeout as wait } from "node:timers/promises";
import { SinkError } from "./sink-error.ts";

/** A connection that was cut is mostly had again at once. */
const FIRST_DELAY_MS = 250;
/** A database that was away is noticed within this; an attempt costs it next to nothing. */
const MAX_DELAY_MS = 30_000;
/** Refusals in a row before it is given up: two minutes, in which a failover or a migration mostly ends. What cannot be reached is tried for ever. */
export const MAX_REFUSALS = 10;

/** Tells of an attempt that has failed and will be made again in so many milliseconds. */
export type OnFailure = (error: SinkError, delayMs: number) => void;

export interface RetryOptions {
  /** Ends the waiting; what has been begun is finished. */
  readonly signal: AbortSignal;
  readonly maxRefusals: number;
  readonly onFailure: OnFailure;
}

/**
 * Does it again until it has succeeded, with a delay that grows from a quarter of a second to half a minute.
 * @throws SinkError that is final, or refused `maxRefusals` times in a row; the last one when the signal is aborted
 */
export async function retried<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, maxRefusals, onFailure } = options;
  let refusals = 0;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      refusals = error.code === "refused" ? refusals + 1 : 0;
      if (error.code === "taken-over" || refusals >= maxRefusals || signal.aborted) throw error;
      // Those that lost the same database together do not come back together.
      const jittered = Math.round(delayMs * (0.5 + Math.random() / 2));
      onFailure(error, jittered);
      const hasWaited = await wait(jittered, true, { signal }).catch(() => false);
      if (!hasWaited) throw error;
    }
  }
}
