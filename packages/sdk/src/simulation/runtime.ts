import type { Life, VirtualClock } from "./clock.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { SeededRandom } from "./random.ts";

/** When every run begins by a right clock: 2025-01-01. */
export const START_MS: number = Date.UTC(2025, 0, 1);

/** A machine's wall clock, which may be set. */
export interface WallClock {
  /** How far it is ahead of true time. */
  aheadMs: number;
}

/** One life's clock, timers and random numbers. */
export function simulatedRuntime(clock: VirtualClock, wall: WallClock, random: SeededRandom, life: Life): Runtime {
  return {
    now: () => Math.max(0, Math.floor(START_MS + clock.now + wall.aheadMs)),
    randomBytes: (length) => random.bytes(length),
    setTimer: (callback, delayMs) => clock.schedule(delayMs, callback, life),
    soon: (callback) => void clock.schedule(0, callback, life),
  };
}
