import { describe, expect } from "vitest";

import {
  type DataFrame,
  decodeFrame,
  encodeData,
  encodeGoodbye,
  encodeHello,
  encodePing,
  FRAME,
  type Frame,
  InvalidFrame,
  MAX_FRAME_BYTES,
  MIN_PIECE_BYTES,
} from "./framing.ts";
import { hexOf, mutateBytes, type Sample, sameBytes } from "../../fuzzing/byte-mutation.fixture.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";
import type { Priority } from "../../ports/transport.ts";
import { Reassembly } from "./reassembly.ts";
import type { SeededRandom } from "../../simulation/random.ts";

const PRIORITIES: readonly Priority[] = ["control", "live", "bulk"];
const PIECE: Uint8Array = Uint8Array.from({ length: MIN_PIECE_BYTES }, (_, i) => i);

const samples: readonly Sample[] = [
  encodeHello(),
  encodePing(FRAME.ping),
  encodePing(FRAME.pong),
  encodeGoodbye(true, "a reason with an é"),
  encodeGoodbye(false, ""),
  ...PRIORITIES.map((priority) => encodeData(priority, true, true, PIECE.subarray(0, 5))),
].map((bytes) => ({ bytes, fields: [{ start: 0, end: 1, what: "header", isUint: false }] }));

function refused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof InvalidFrame) return undefined;
    throw error;
  }
}

function encodeFrame(frame: Frame): Uint8Array {
  if (frame.kind === FRAME.data) return encodeData(frame.priority, frame.first, frame.last, frame.piece);
  if (frame.kind === FRAME.goodbye) return encodeGoodbye(frame.leaving, frame.reason);
  return frame.kind === FRAME.hello ? Uint8Array.of(FRAME.hello << 4, frame.version) : encodePing(frame.kind);
}

/** Data frames as an honest sender cuts them, shuffled, doubled and dropped now and then. */
function pieces(random: SeededRandom): DataFrame[] {
  const frames: DataFrame[] = [];
  for (let messages = random.integer(1, 6); messages > 0; messages--) {
    const priority = random.pick(PRIORITIES);
    const count = random.integer(1, 4);
    for (let i = 0; i < count; i++) {
      const last = i === count - 1;
      const length = last ? random.integer(0, 20) : MIN_PIECE_BYTES;
      frames.push({ kind: FRAME.data, priority, first: i === 0, last, piece: PIECE.subarray(0, length) });
    }
  }
  for (let edits = random.integer(0, 3); edits > 0; edits--) {
    const at = random.integer(0, frames.length - 1);
    const edit = random.weighted({ drop: 1, double: 1, swap: 1 });
    if (edit === "double") frames.splice(at, 0, frames[at]!);
    else if (edit === "swap") [frames[0], frames[at]] = [frames[at]!, frames[0]!];
    else if (frames.length > 1) frames.splice(at, 1);
  }
  return frames;
}

describe("P8: no frame of a channel throws anything but InvalidFrame (T2)", () => {
  fuzz("frames", {
    inputs: 1_500,
    generate: (random) => mutateBytes(random, samples),
    check: (bytes) => {
      const frame = refused(() => decodeFrame(bytes));
      if (frame === undefined) return;
      expect(bytes.length).toBeLessThanOrEqual(MAX_FRAME_BYTES);
      const again = encodeFrame(frame);
      // A newer version's hello may say more, and a reason in bad UTF-8 is shown as well as can be.
      if (frame.kind === FRAME.data || frame.kind === FRAME.ping || frame.kind === FRAME.pong)
        expect(sameBytes(again, bytes)).toBe(true);
      else expect(refused(() => decodeFrame(again))?.kind).toBe(frame.kind);
    },
    print: hexOf,
  });

  fuzz("reassembly", {
    inputs: 500,
    generate: pieces,
    check: (frames) => {
      const reassembly = new Reassembly();
      // What each class has in hand: all that came since its message began, and nothing else.
      const held = new Map<Priority, number>();
      for (const frame of frames) {
        const begun = held.get(frame.priority);
        const isFault = frame.first === (begun !== undefined);
        let message: Uint8Array | undefined;
        try {
          message = reassembly.add(frame, 0);
          expect(isFault).toBe(false);
        } catch (error) {
          if (!(error instanceof InvalidFrame)) throw error;
          expect(isFault).toBe(true);
          return;
        }
        const length = (begun ?? 0) + frame.piece.length;
        expect(message?.length).toBe(frame.last ? length : undefined);
        if (frame.last) held.delete(frame.priority);
        else held.set(frame.priority, length);
      }
    },
    print: (frames) =>
      frames.map(({ priority, first, last, piece }) => `${priority} ${first} ${last} ${piece.length}`).join("\n"),
  });
});
