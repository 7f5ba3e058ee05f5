import { describe, expect, it } from "vitest";
import { parseSignal } from "./signal.ts";

const line = "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 10.0.0.1 rport 4 generation 0";
const candidate = (text: unknown, more: object = { sdpMLineIndex: 0, sdpMid: "0" }): unknown => ({
  type: "candidate",
  candidate: { candidate: text, ...more },
});

describe("T2: signals", () => {
  it.each([
    line,
    "",
    "candidate:0 1 UDP 2122252543 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 46154 typ host",
    "candidate:1 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active",
  ])("take candidate %j", (text) => {
    expect(parseSignal(candidate(text))).toEqual(candidate(text));
  });

  it("are rebuilt from what is known", () => {
    const sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n";
    expect(parseSignal({ type: "offer", sdp, renegotiate: true, __proto__: { candidate: "x" } })).toEqual({
      type: "offer",
      sdp,
    });
    expect(parseSignal(candidate(line, { sdpMid: "0", usernameFragment: 3 }))).toEqual(
      candidate(line, { sdpMLineIndex: null, sdpMid: "0" }),
    );
  });

  it("T11: are a relayed connection's offer and answer", () => {
    const offer = { type: "relay-offer", line: "0123456789abcdef", key: "A".repeat(87) };
    expect(parseSignal({ ...offer, more: 1 })).toEqual(offer);
    expect(parseSignal({ ...offer, type: "relay-answer" })).toEqual({ ...offer, type: "relay-answer" });
    for (const bad of [
      { line: "0123" },
      { line: 7 },
      { key: "A".repeat(86) },
      { key: `${"A".repeat(86)}+` },
      { key: {} },
    ]) {
      expect(parseSignal({ ...offer, ...bad })).toBe(undefined);
    }
  });

  it.each([
    undefined,
    null,
    "offer",
    [],
    {},
    { type: "offer" },
    { type: "offer", sdp: 7 },
    { type: "offer", sdp: "garbage" },
    { type: "offer", sdp: `v=0\r\n${"a".repeat(20_000)}` },
    { type: "rollback", sdp: "v=0\r\n" },
    { type: "renegotiate", renegotiate: true },
    { type: "transceiverRequest", transceiverRequest: { kind: "audio" } },
    { type: "candidate" },
    candidate(undefined),
    candidate("candidate:garbage"),
    candidate(`${line} ${"x".repeat(2000)}`),
    candidate(`${line}\r\na=evil`),
    candidate(line, {}),
    candidate(line, { sdpMLineIndex: 1 }),
    candidate(line, { sdpMLineIndex: 0, sdpMid: { toString: 1 } }),
  ])("refuse %j", (value) => {
    expect(parseSignal(value)).toBe(undefined);
  });
});
