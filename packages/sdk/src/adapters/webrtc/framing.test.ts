import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Priority } from "../../ports/transport.ts";
import { MAX_MESSAGE_BYTES } from "../../ports/transport.ts";
import {
  decodeFrame,
  encodeData,
  encodeGoodbye,
  encodeHello,
  encodePing,
  FRAME,
  FRAMING_VERSION,
  InvalidFrame,
  MAX_FRAME_BYTES,
  MIN_PIECE_BYTES,
  pieceBytes,
  SAFE_FRAME_BYTES,
  type DataFrame,
} from "./framing.ts";
import { MessageQueue } from "./message-queue.ts";
import { Reassembly } from "./reassembly.ts";

const PRIORITIES: readonly Priority[] = ["control", "live", "bulk"];
const data = (bytes: Uint8Array): DataFrame => decodeFrame(bytes) as DataFrame;

/** Longer than a frame in some cases, and told apart by its bytes. */
const message = fc
  .tuple(fc.oneof(fc.nat(200), fc.nat(100_000)), fc.nat(255))
  .map(([length, fill]) => new Uint8Array(length).fill(fill));

describe("frames", () => {
  it("T2: messages cut to frames and sent in any interleaving of the classes arrive whole and in order", () => {
    const sent = fc.record({
      control: fc.array(message, { maxLength: 3 }),
      live: fc.array(message, { maxLength: 3 }),
      bulk: fc.array(message, { maxLength: 3 }),
    });
    const frameBytes = fc.constantFrom(SAFE_FRAME_BYTES, MAX_FRAME_BYTES);
    fc.assert(
      fc.property(sent, frameBytes, fc.infiniteStream(fc.nat(2)), (messages, limit, choices) => {
        const queues = PRIORITIES.map((priority) => {
          const queue = new MessageQueue();
          for (const each of messages[priority]) queue.push(each);
          return { priority, queue };
        });
        const reassembly = new Reassembly();
        const received: Record<Priority, Uint8Array[]> = { control: [], live: [], bulk: [] };
        for (;;) {
          const waiting = queues.filter(({ queue }) => !queue.isEmpty);
          const next = waiting[(choices.next().value as number) % Math.max(1, waiting.length)];
          if (next === undefined) break;
          const frame = next.queue.nextFrame(next.priority, pieceBytes(limit));
          expect(frame.byteLength <= limit).toBe(true);
          const whole = reassembly.add(data(frame), 0);
          if (whole !== undefined) received[next.priority].push(whole);
        }
        for (const priority of PRIORITIES) {
          expect(received[priority].map((each) => [each.byteLength, each[0]])).toEqual(
            messages[priority].map((each) => [each.byteLength, each[0]]),
          );
          expect(queues.every(({ queue }) => queue.bytes === 0)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("decode to what was encoded", () => {
    expect(decodeFrame(encodeHello())).toEqual({ kind: FRAME.hello, version: FRAMING_VERSION });
    expect(decodeFrame(encodePing(FRAME.pong))).toEqual({ kind: FRAME.pong });
    expect(decodeFrame(encodeGoodbye(true, "genug"))).toEqual({ kind: FRAME.goodbye, leaving: true, reason: "genug" });
  });

  it("cut a long reason between characters", () => {
    const frame = decodeFrame(encodeGoodbye(false, `x${"é".repeat(1000)}`));
    expect(frame).toEqual({ kind: FRAME.goodbye, leaving: false, reason: `x${"é".repeat(255)}` });
  });

  it("of garbage decode to a frame or raise InvalidFrame, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        let thrown: unknown;
        try {
          decodeFrame(bytes);
        } catch (error) {
          thrown = error;
        }
        expect(thrown === undefined || thrown instanceof InvalidFrame).toBe(true);
      }),
    );
    expect(() => decodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1).fill(0x18))).toThrow(InvalidFrame);
    expect(() => decodeFrame(new Uint8Array(0))).toThrow(InvalidFrame);
  });
});

describe("reassembly", () => {
  const piece = new Uint8Array(MIN_PIECE_BYTES);

  it("refuses pieces out of place", () => {
    const reassembly = new Reassembly();
    expect(() => reassembly.add(data(encodeData("live", false, true, piece)), 0)).toThrow(InvalidFrame);
    reassembly.add(data(encodeData("live", true, false, piece)), 0);
    expect(() => reassembly.add(data(encodeData("live", true, true, piece)), 0)).toThrow(InvalidFrame);
  });

  it("refuses a message that goes on beyond the longest", () => {
    const reassembly = new Reassembly();
    const long = new Uint8Array(MAX_FRAME_BYTES - 1);
    let taken = 0;
    expect(() => {
      for (let first = true; ; first = false) {
        reassembly.add(data(encodeData("bulk", first, false, long)), 0);
        taken += long.byteLength;
      }
    }).toThrow(InvalidFrame);
    expect(taken <= MAX_MESSAGE_BYTES).toBe(true);
  });

  it("refuses tiny pieces, of which many would cost more than they hold", () => {
    expect(() => decodeFrame(encodeData("bulk", true, false, new Uint8Array(MIN_PIECE_BYTES - 1)))).toThrow(
      InvalidFrame,
    );
  });

  it("tells when a message was begun and not gone on with", () => {
    const reassembly = new Reassembly();
    reassembly.add(data(encodeData("bulk", true, false, piece)), 1000);
    expect(reassembly.isStalled(61_000)).toBe(false);
    expect(reassembly.isStalled(61_001)).toBe(true);
    reassembly.add(data(encodeData("bulk", false, true, piece)), 61_001);
    expect(reassembly.isStalled(1e9)).toBe(false);
  });
});
