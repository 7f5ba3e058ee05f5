/** A hybrid logical clock's reading: wall milliseconds since 1970 and a counter within them. */
export interface HlcStamp {
  readonly wallMs: number;
  readonly counter: number;
}

/**
 * A remote time further ahead than this is kept in its version but not taken into the local clock (C8).
 * Five minutes is what Kerberos (RFC 4120, section 5.4.1) tolerates: more than NTP-less machines drift in a day.
 */
export const MAX_CLOCK_SKEW_MS: number = 5 * 60 * 1000;

/** The last stamp there is, in the year 10889. A peer that stamps later would leave its replicas no stamp to follow it. */
const MAX_WALL_MS: number = 2 ** 48;
/** Writes in one millisecond; the next one borrows a millisecond. */
const MAX_COUNTER: number = 2 ** 32 - 1;

export const HLC_ZERO: HlcStamp = { wallMs: 0, counter: 0 };

export function compareHlc(a: HlcStamp, b: HlcStamp): number {
  return a.wallMs - b.wallMs || a.counter - b.counter;
}

export function maxHlc(a: HlcStamp, b: HlcStamp): HlcStamp {
  return compareHlc(a, b) >= 0 ? a : b;
}

export function isHlc(stamp: HlcStamp): boolean {
  return stamp.wallMs <= MAX_WALL_MS && stamp.counter <= MAX_COUNTER;
}

/** The least stamp after this one. The very last is its own: stamps order siblings for people only (C8). */
export function followingHlc({ wallMs, counter }: HlcStamp): HlcStamp {
  if (counter < MAX_COUNTER) return { wallMs, counter: counter + 1 };
  return wallMs < MAX_WALL_MS ? { wallMs: wallMs + 1, counter: 0 } : { wallMs, counter };
}

/**
 * The stamp of a local event: greater than the clock and than every stamp that it follows, and no less than the wall.
 * After Kulkarni et al., "Logical Physical Clocks" (OPODIS 2014).
 */
export function tickHlc(clock: HlcStamp, wallMs: number): HlcStamp {
  return wallMs > clock.wallMs ? { wallMs, counter: 0 } : followingHlc(clock);
}

/** The local clock after a remote stamp, and whether that stamp was too far ahead to be taken (C8). */
export function receiveHlc(clock: HlcStamp, remote: HlcStamp, wallMs: number): { clock: HlcStamp; skewed: boolean } {
  if (remote.wallMs > wallMs + MAX_CLOCK_SKEW_MS) return { clock, skewed: true };
  return { clock: maxHlc(clock, remote), skewed: false };
}
