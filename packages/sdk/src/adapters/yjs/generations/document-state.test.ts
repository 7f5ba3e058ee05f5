import { describe, expect, it } from "vitest";
import { decodeState, type DocumentState, encodeState, FIRST_GENERATION } from "./document-state.ts";
import { hexOf } from "../../../fuzzing/byte-mutation.fixture.ts";
import type { Origin } from "../../../core/node-id.ts";

const by = (n: number, seq: number): { origin: Origin; seq: number } => ({
  origin: n.toString(16).padStart(16, "0") as Origin,
  seq,
});
const UPDATE = Uint8Array.of(0, 0);

const LATER: DocumentState = {
  generation: 3,
  renewedBy: by(0xabcd, 300),
  folded: new Map([
    [256, { clock: 5, generation: 2 }],
    [1024, { clock: 200, generation: 0 }],
  ]),
  cuts: [
    { by: by(1, 7), state: Uint8Array.of(0, 1) },
    { by: by(2, 1), state: Uint8Array.of(0, 2, 3) },
  ],
  update: UPDATE,
};

describe("the state of a document (C11)", () => {
  it("is an update of Yjs and no more in the first generation, without a cut", () => {
    expect(encodeState({ ...FIRST_GENERATION, update: UPDATE })).toBe(UPDATE);
    expect(decodeState(UPDATE)).toEqual({ ...FIRST_GENERATION, update: UPDATE });
  });

  it("is as PROTOCOL.md says, byte for byte", () => {
    const bytes = [
      "01",
      "03",
      "000000000000abcdac02",
      "02800205018008c80103",
      "02",
      "000000000000000107020001",
      "00000000000000020103000203",
      "0000",
    ].join("");
    expect(hexOf(encodeState(LATER))).toBe(bytes);
    expect(decodeState(encodeState(LATER))).toEqual(LATER);
  });

  it.each<[string, Uint8Array]>([
    ["that ends too soon", encodeState(LATER).subarray(0, 20)],
    ["without an update", encodeState({ ...LATER, update: new Uint8Array() })],
    ["with cuts out of order", encodeState({ ...LATER, cuts: [...LATER.cuts].reverse() })],
    ["with one cut twice", encodeState({ ...LATER, cuts: [LATER.cuts[0]!, LATER.cuts[0]!] })],
    [
      "with too many cuts",
      encodeState({ ...LATER, cuts: [1, 2, 3, 4, 5].map((n) => ({ by: by(n, 1), state: UPDATE })) }),
    ],
    ["with a cut of no write", encodeState({ ...LATER, cuts: [{ by: by(1, 0), state: UPDATE }] })],
    [
      "with a client that ended in a generation to come",
      encodeState({ ...LATER, folded: new Map([[1, { clock: 1, generation: -1 }]]) }),
    ],
  ])("is refused %s (P8)", (_name, bytes) => {
    expect(() => decodeState(bytes)).toThrow(Error);
  });
});
