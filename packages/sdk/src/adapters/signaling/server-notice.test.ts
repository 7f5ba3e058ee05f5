import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServerNotice } from "./server-notice.ts";

const server = {
  urls: ["turn:turn.example:3478?transport=udp", "turns:[2001:db8::1]"],
  username: "1:a",
  credential: "c=",
};
const parse = (value: unknown): unknown => parseServerNotice(JSON.stringify(value));

describe("T10: a server's notices", () => {
  it("are TURN servers and when to come back", () => {
    expect(parse({ type: "welcome", iceServers: [{ ...server, more: 1 }], more: 1 })).toEqual({
      type: "welcome",
      iceServers: [server],
    });
    expect(parse({ type: "retry", afterMs: 1500.5, more: 1 })).toEqual({ type: "retry", afterMs: 1500.5 });
    expect(parse({ type: "retry", afterMs: 1e300 })).toEqual({ type: "retry", afterMs: 300_000 });
  });

  it("T11: are whether the server relays, and how much; what is no such offer is none", () => {
    const relay = { bytesPerSecond: 1, socketBytesPerSecond: 2, bytesPerMessage: 3 };
    expect(parse({ type: "welcome", iceServers: [], relay: { ...relay, more: 1 } })).toEqual({
      type: "welcome",
      iceServers: [],
      relay,
    });
    for (const other of [true, [], {}, { ...relay, bytesPerSecond: 0 }, { ...relay, socketBytesPerSecond: "2" }]) {
      expect(parse({ type: "welcome", iceServers: [], relay: other })).toEqual({ type: "welcome", iceServers: [] });
    }
  });

  it.each([
    { type: "retry", afterMs: -1 },
    { type: "retry", afterMs: "1" },
    { type: "welcome" },
    { type: "welcome", iceServers: Array.from({ length: 9 }, () => server) },
    { type: "welcome", iceServers: [{ ...server, urls: [] }] },
    { type: "welcome", iceServers: [{ ...server, urls: "turn:turn.example" }] },
    { type: "welcome", iceServers: [{ ...server, urls: ["https://turn.example"] }] },
    { type: "welcome", iceServers: [{ ...server, urls: ["turn:turn.example?x"] }] },
    { type: "welcome", iceServers: [{ ...server, username: 1 }] },
    { type: "welcome", iceServers: [server, { ...server, credential: "x".repeat(513) }] },
    { type: "pong" },
    [],
    null,
  ])("are not %j", (value) => {
    expect(parse(value)).toBe(undefined);
  });

  it("P8: in garbage are none, and raise nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (value) => {
        expect(parseServerNotice(value)).toBe(undefined);
      }),
    );
  });
});
