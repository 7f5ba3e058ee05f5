import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvelope, parseLetter } from "./envelope.ts";

const sender = { nodeId: "0123456789abcdef0123456789abcdef", instance: "0123456789abcdef", openedAt: 12.5, upMs: 0 };
const to = "fedcba9876543210";
const signal = { type: "offer", sdp: "v=0\r\n" };

describe("letters", () => {
  const sealed = { type: "sealed", instance: sender.instance, to: undefined, sealed: "c2VhbGVk" };

  it.each([sealed, { ...sealed, to }, { ...sender, type: "announce", to, answer: false, free: true }])(
    "are envelopes, and sealed ones: %j",
    (letter) => {
      expect(parseLetter(JSON.parse(JSON.stringify(letter)))).toEqual(letter);
    },
  );

  it("keep nothing that they should not have", () => {
    expect(parseLetter({ ...sealed, nodeId: sender.nodeId })).toEqual(sealed);
  });

  it.each([
    { ...sealed, instance: "me" },
    { ...sealed, to: "you" },
    { ...sealed, sealed: 7 },
    { ...sealed, sealed: "x".repeat(48 * 1024 + 1) },
    { ...sender, type: "else" },
    null,
  ])("are refused: %j", (value) => {
    expect(parseLetter(value)).toBe(undefined);
  });
});

describe("envelopes", () => {
  it.each([
    { ...sender, type: "announce", to: undefined, answer: true, free: false },
    { ...sender, type: "announce", to, answer: false, free: true },
    { ...sender, type: "goodbye", to: undefined },
    { ...sender, type: "signal", to, attempt: 3, signal },
  ])("survive JSON: %j", (envelope) => {
    expect(parseEnvelope(JSON.parse(JSON.stringify(envelope)))).toEqual(envelope);
  });

  it.each([
    { ...sender, type: "else" },
    { ...sender, type: "announce", nodeId: "me" },
    { ...sender, type: "announce", instance: 7 },
    { ...sender, type: "announce", openedAt: "1" },
    { ...sender, type: "announce", upMs: Number.POSITIVE_INFINITY },
    { ...sender, type: "announce", to: "everybody" },
    { ...sender, type: "signal", attempt: 1, signal },
    { ...sender, type: "signal", to, attempt: 1.5, signal },
    { ...sender, type: "signal", to, attempt: 1, signal: { type: "offer" } },
  ])("are refused: %j", (value) => {
    expect(parseEnvelope(value)).toBe(undefined);
  });

  it("in garbage are none, and raise nothing", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(parseEnvelope(value)).toBe(undefined);
      }),
    );
  });
});
