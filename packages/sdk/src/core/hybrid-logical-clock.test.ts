import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  compareHlc,
  followingHlc,
  HLC_ZERO,
  type HlcStamp,
  isHlc,
  MAX_CLOCK_SKEW_MS,
  receiveHlc,
  tickHlc,
} from "./hybrid-logical-clock.ts";

const LAST: HlcStamp = { wallMs: 2 ** 48, counter: 2 ** 32 - 1 };
const NOW = 1_750_000_000_000;

const walls = fc.integer({ min: NOW - 2 * MAX_CLOCK_SKEW_MS, max: NOW + 2 * MAX_CLOCK_SKEW_MS });
const stamps = fc.record({ wallMs: walls, counter: fc.oneof(fc.nat(3), fc.constant(LAST.counter)) });

describe("the hybrid logical clock (C8)", () => {
  it("only goes forward, whatever the wall and the peers say", () => {
    const events = fc.array(
      fc.oneof(
        walls.map((wallMs) => ({ wallMs, remote: undefined })),
        fc.tuple(walls, stamps).map(([wallMs, remote]) => ({ wallMs, remote })),
      ),
    );
    fc.assert(
      fc.property(events, (list) => {
        let clock = HLC_ZERO;
        for (const { wallMs, remote } of list) {
          const before = clock;
          if (remote === undefined) {
            clock = tickHlc(clock, wallMs);
            expect(compareHlc(clock, before)).toBeGreaterThan(0);
            expect(clock.wallMs).toBeGreaterThanOrEqual(wallMs);
          } else {
            clock = receiveHlc(clock, remote, wallMs).clock;
            expect(compareHlc(clock, before)).toBeGreaterThanOrEqual(0);
          }
          expect(isHlc(clock)).toBe(true);
        }
      }),
    );
  });

  it("stamps a local event after every remote stamp that it took in", () => {
    fc.assert(
      fc.property(stamps, stamps, walls, (local, remote, wallMs) => {
        const { clock, skewed } = receiveHlc(local, remote, wallMs);
        if (!skewed) expect(compareHlc(tickHlc(clock, wallMs), remote)).toBeGreaterThan(0);
      }),
    );
  });

  it("takes in a stamp five minutes ahead, and not one a millisecond further", () => {
    const ahead = { wallMs: NOW + MAX_CLOCK_SKEW_MS, counter: 3 };
    expect(receiveHlc(HLC_ZERO, ahead, NOW)).toEqual({ clock: ahead, skewed: false });
    const beyond = { wallMs: NOW + MAX_CLOCK_SKEW_MS + 1, counter: 3 };
    expect(receiveHlc(HLC_ZERO, beyond, NOW)).toEqual({ clock: HLC_ZERO, skewed: true });
  });

  it("borrows a millisecond when a millisecond's counter is used up, and ends at the last stamp (P8)", () => {
    expect(followingHlc({ wallMs: 5, counter: LAST.counter })).toEqual({ wallMs: 6, counter: 0 });
    expect(followingHlc(LAST)).toEqual(LAST);
    expect(isHlc({ ...LAST, counter: LAST.counter + 1 })).toBe(false);
    expect(isHlc({ ...LAST, wallMs: LAST.wallMs + 1 })).toBe(false);
  });
});
