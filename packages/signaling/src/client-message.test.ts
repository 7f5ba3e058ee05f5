import { describe, expect, test } from "vitest";
import { parseClientMessage } from "./client-message.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { CLOSE_CODES } from "./protocol.ts";

const parse = (text: string): unknown => parseClientMessage(text, DEFAULT_LIMITS);
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("reading a client's message", () => {
  test("takes y-webrtc's messages", () => {
    expect(parse('{"type":"subscribe","topics":["a","b"]}')).toEqual({ type: "subscribe", topics: ["a", "b"] });
    expect(parse('{"type":"unsubscribe","topics":[]}')).toEqual({ type: "unsubscribe", topics: [] });
    expect(parse('{"type":"publish","topic":"a","data":{"to":"x"}}')).toEqual({
      type: "publish",
      topic: "a",
      data: { to: "x" },
    });
    expect(parse('{"type":"ping"}')).toEqual({ type: "ping" });
  });

  test("takes a topic once, and the nodeId", () => {
    expect(parse('{"type":"subscribe","topics":["a","a"],"nodeId":"n"}')).toEqual({
      type: "subscribe",
      topics: ["a"],
      nodeId: "n",
    });
  });

  test("ignores types it does not know", () => {
    expect(parse('{"type":"__proto__"}')).toBeUndefined();
    expect(parse('{"type":"toString"}')).toBeUndefined();
  });

  test("keeps a __proto__ key as data", () => {
    const message = parse('{"type":"publish","topic":"a","__proto__":{"polluted":1}}') as object;
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    expect("polluted" in message).toBe(false);
    expect(JSON.stringify(message)).toContain('"__proto__":{"polluted":1}');
  });

  test.each(["", "{", "undefined", '{"type":"ping"} x', "\u0000"])("refuses %j, which is no JSON", (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: CLOSE_CODES.invalidData }));
  });

  test.each([
    ["null", "object"],
    ["[]", "object"],
    ['"ping"', "object"],
    ["{}", "type"],
    ['{"type":{}}', "type"],
    ['{"type":"subscribe"}', "topics"],
    ['{"type":"subscribe","topics":"abc"}', "topics"],
    ['{"type":"subscribe","topics":{"length":3}}', "topics"],
    ['{"type":"subscribe","topics":["a",7]}', "topic"],
    ['{"type":"subscribe","topics":[["a"]]}', "topic"],
    ['{"type":"subscribe","topics":["a"],"nodeId":7}', "nodeId"],
    [`{"type":"subscribe","topics":["a"],"nodeId":"${"n".repeat(65)}"}`, "64"],
    ['{"type":"unsubscribe","topics":"abc"}', "topics"],
    [`{"type":"unsubscribe","topics":["${"t".repeat(1025)}"]}`, "1024"],
    ['{"type":"publish"}', "topic"],
    ['{"type":"publish","topic":null}', "topic"],
    ['{"type":"publish","topic":{"toString":1}}', "topic"],
    ['{"type":"publish","topic":"a","to":[]}', "to must"],
    [`{"type":"publish","topic":"a","data":${nested(32)}}`, "32"],
    [`{"type":"whatever","data":${nested(30_000)}}`, "32"],
  ])("refuses %.80s", (text, reason) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: CLOSE_CODES.policyViolation,
        message: expect.stringContaining(reason) as unknown,
      }),
    );
  });

  test("takes what is just within the limits", () => {
    expect(parse(`{"type":"publish","topic":"${"t".repeat(1024)}","data":${nested(31)}}`)).toBeDefined();
  });
});
