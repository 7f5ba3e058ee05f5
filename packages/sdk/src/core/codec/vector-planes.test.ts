import { deflateSync } from "fflate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { DecodeError } from "./decode-error.ts";
import { Reader } from "./reader.ts";
import { readVectors, writeVectors } from "./vector-planes.ts";
import { Writer } from "./writer.ts";

function write(vectors: readonly Float32Array[], compress: boolean): { bytes: Uint8Array; saved: number } {
  const writer = new Writer();
  const saved = writeVectors(writer, vectors, compress);
  return { bytes: writer.done(), saved };
}

/** Mulberry32 and Box-Muller: the same vectors in every run. */
function gaussianUnitVectors(count: number, dimensions: number): Float32Array[] {
  let state = 1;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from(
      { length: dimensions },
      () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    );
    const norm = Math.hypot(...vector);
    return vector.map((component) => component / norm);
  });
}

describe("vector planes", { timeout: 60_000 }, () => {
  it("keep every bit, of any mix of dimensions", () => {
    const vectors = fc.array(fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 50 }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(vectors, fc.boolean(), (written, compress) => {
        const { bytes } = write(written, compress);
        const read = readVectors(
          new Reader(bytes),
          written.map((vector) => vector.length),
        );
        expect(read.map(bits)).toEqual(written.map(bits));
      }),
    );
  });

  it("keep -0, denormals and extremes", () => {
    const vector = Float32Array.of(-0, 0, 1e-45, -1e-45, 1.1754942e-38, 3.4028235e38, -3.4028235e38);
    expect(bits(readVectors(new Reader(write([vector], true).bytes), [7])[0]!)).toEqual(bits(vector));
  });

  it("read vectors that are views into a larger buffer", () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    expect(readVectors(new Reader(write([whole.subarray(1, 3)], false).bytes), [2])).toEqual([Float32Array.of(1, 2)]);
  });

  it("bring gaussian unit vectors to about 0.85 of their size, and back", () => {
    const vectors = gaussianUnitVectors(200, 384);
    const { bytes, saved } = write(vectors, true);
    const size = 200 * 384 * 4;
    expect(bytes.length / size).toBeGreaterThan(0.8);
    expect(bytes.length / size).toBeLessThan(0.87);
    expect(saved / size).toBeCloseTo(0.145, 1);
    // Mantissas are noise: their planes go as they are, the exponents' is deflated.
    const plane = 200 * 384;
    expect([bytes[0], bytes[plane + 1], bytes[2 * (plane + 1)], bytes[3 * (plane + 1)]]).toEqual([0, 0, 0, 1]);
    expect(
      readVectors(
        new Reader(bytes),
        vectors.map(() => 384),
      ),
    ).toEqual(vectors);
  });

  it("never grow by more than the planes' kinds", () => {
    const noise = gaussianUnitVectors(1, 3);
    expect(write(noise, true).bytes.length).toBeLessThanOrEqual(3 * 4 + 4);
  });

  it.each([Infinity, -Infinity, NaN])("refuse %d", (component) => {
    const { bytes } = write([Float32Array.of(1, component)], false);
    expect(() => readVectors(new Reader(bytes), [2])).toThrow(DecodeError);
  });
});

describe("hostile planes", () => {
  const deflated = (bytes: Uint8Array): Uint8Array => {
    const writer = new Writer();
    writer.byte(1);
    writer.uint(bytes.length, "length");
    writer.raw(bytes);
    return writer.done();
  };
  const zeros = (length: number): Uint8Array => deflateSync(new Uint8Array(length), { level: 9 });

  it.each([
    ["a bomb, 8 MiB instead of 8 KiB", deflated(zeros(8 * 1024 * 1024)), 8192, "over"],
    ["a smaller bomb", deflated(zeros(1024 * 1024)), 8192, "inflates to another length"],
    ["one byte too much", deflated(zeros(10_001)), 10_000, "inflates to another length"],
    ["one byte too little", deflated(zeros(9_999)), 10_000, "inflates to another length"],
    ["a ratio that deflate cannot reach", deflated(zeros(1000)), 4_000_000, "impossible ratio"],
    ["noise", deflated(new Uint8Array(100).fill(0xa5)), 1000, "does not inflate"],
    ["no data at all", deflated(new Uint8Array()), 1000, "impossible ratio"],
    ["a plane that deflating made longer", deflated(new Uint8Array(10)), 10, "over 9"],
    ["over 1 MiB of deflated bytes", deflated(new Uint8Array(1024 * 1024 + 1)), 4_000_000, "over 1048576"],
    ["an unknown kind", Uint8Array.of(2, 0, 0, 0), 1, "unknown kind"],
    ["more floats than a frame may hold", Uint8Array.of(0), 2 ** 40, "over 16777216 bytes"],
    ["the first of four planes only", Uint8Array.of(0, 1, 2), 2, "cut off"],
  ])("are refused: %s", (_name, bytes, length, reason) => {
    expect(() => readVectors(new Reader(bytes), [length])).toThrow(DecodeError);
    expect(() => readVectors(new Reader(bytes), [length])).toThrow(reason);
  });
});

function bits(vector: Float32Array): number[] {
  return [...new Uint32Array(vector.buffer, vector.byteOffset, vector.length)];
}
