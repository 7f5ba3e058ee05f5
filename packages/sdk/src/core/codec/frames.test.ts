import fc, { type Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";

import type { Message } from "../messages.ts";
import { DecodeError, ProtocolMismatchError } from "./decode-error.ts";
import { decodeMessage, encodeMessage } from "./frames.ts";
import { messages, messagesByType } from "./messages.fixture.ts";

describe("frames", { timeout: 60_000 }, () => {
  it.each(Object.entries(messagesByType) as [string, Arbitrary<Message>][])(
    "give back every %s",
    (_type, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, fc.boolean(), (message, compress) => {
          expect(decodeMessage(encodeMessage(message, { compress }).bytes)).toStrictEqual(message);
        }),
      );
    },
  );

  it("have one form: what was relayed is byte for byte what came (S9)", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { bytes } = encodeMessage(message, { compress: false });
        expect(encodeMessage(decodeMessage(bytes), { compress: false }).bytes).toEqual(bytes);
      }),
    );
  });

  it("share no memory with the bytes that they came in", () => {
    const vector = Float32Array.of(1, 2);
    const batch = { type: "batch", session: 1, index: 0, versions: [version({ vector })] } as const;
    const { bytes } = encodeMessage(batch, { compress: false });
    const decoded = decodeMessage(bytes);
    bytes.fill(0xff);
    expect(decoded).toEqual(batch);
  });

  it("are cut off nowhere and followed by nothing", () => {
    fc.assert(
      fc.property(messages, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (message, part) => {
        const { bytes } = encodeMessage(message, { compress: true });
        expect(() => decodeMessage(bytes.subarray(0, Math.floor(part * bytes.length)))).toThrow(DecodeError);
        expect(() => decodeMessage(Uint8Array.of(...bytes, 0))).toThrow(DecodeError);
      }),
    );
  });

  it("tell another protocol version by its hello, whatever follows the magic", () => {
    const theirs = Uint8Array.of(7, 1, 0x76, 0x63, 0x6d, 0x68, 1, 2, 3);
    expect(() => decodeMessage(theirs)).toThrow(ProtocolMismatchError);
    expect(() => decodeMessage(theirs)).toThrow(expect.objectContaining({ ours: 1, theirs: 7 }));
  });

  it("write a hello of the version that it names", () => {
    fc.assert(
      fc.property(messagesByType.hello, (hello) => {
        const { bytes } = encodeMessage({ ...hello, protocol: 2 }, { compress: false });
        expect(() => decodeMessage(bytes)).toThrow(expect.objectContaining({ theirs: 2 }));
      }),
      { numRuns: 5 },
    );
  });

  it("do not take another program's bytes for another version", () => {
    expect(() => decodeMessage(new TextEncoder().encode("\u0016\u0001GET / HTTP/1.1"))).toThrow(
      expect.objectContaining({ reason: "a greeting without its magic" }),
    );
    expect(() => decodeMessage(Uint8Array.of(2, 6, 0, 0))).toThrow(
      expect.objectContaining({ reason: "a frame of protocol 2" }),
    );
  });

  it("say how much compression saved", () => {
    const vector = new Float32Array(4096).fill(0.5);
    const plain = encodeMessage({ type: "push", ack: undefined, versions: [version({ vector })] }, { compress: false });
    const packed = encodeMessage({ type: "push", ack: undefined, versions: [version({ vector })] }, { compress: true });
    expect(plain).toMatchObject({ vectorBytes: 16_384, savedBytes: 0 });
    expect(packed.vectorBytes).toBe(16_384);
    expect(packed.savedBytes).toBeGreaterThan(16_000);
    // Four planes name their length in two bytes or one when they are deflated.
    expect(plain.bytes.length - packed.bytes.length).toBeGreaterThanOrEqual(packed.savedBytes - 8);
  });

  it("encode the versions of a push to several peers once, whatever each is asked (S6)", () => {
    let reads = 0;
    const read = version({ vector: new Float32Array(64).fill(0.5) });
    const versions = [Object.defineProperty({ ...read }, "vector", { get: () => (reads++, read.vector) })];
    const ack = { request: 3, lineage: "00".repeat(16) as never, epoch: 2 };
    for (const compress of [true, false]) {
      const first = encodeMessage({ type: "push", ack: undefined, versions }, { compress });
      const before = reads;
      const asking = encodeMessage({ type: "push", ack, versions }, { compress });
      expect([before > 0, reads]).toEqual([true, before]);
      expect(first).toEqual(encodeMessage({ type: "push", ack: undefined, versions: [read] }, { compress }));
      expect(asking).toEqual(encodeMessage({ type: "push", ack, versions: [read] }, { compress }));
    }
  });

  it("over 16 MiB are refused on both sides", () => {
    const versions = Array.from({ length: 70 }, () => version({ vector: new Float32Array(60_000) }));
    expect(() => encodeMessage({ type: "push", ack: undefined, versions }, { compress: true })).toThrow(RangeError);
    expect(() => decodeMessage(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(DecodeError);
  });
});

function version(fields: { readonly vector: Float32Array }): Extract<Message, { type: "push" }>["versions"][number] {
  const dot = { origin: "0123456789abcdef" as never, seq: 1 };
  return {
    id: "a",
    dot,
    context: new Map(),
    hlc: { wallMs: 1, counter: 0 },
    tombstone: false,
    metadata: {},
    ...fields,
  };
}
