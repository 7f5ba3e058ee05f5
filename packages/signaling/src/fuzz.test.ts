import process from "node:process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseClientMessage } from "./client-message.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { Violation } from "./violation.ts";

/** `npm run test:long` sets 50. */
const SCALE = Number(process.env["VECMESH_FUZZ_SCALE"] ?? 1);
const SEED = Number(process.env["VECMESH_FUZZ_SEED"] ?? 1);

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("vecmesh:room", "__proto__", "x".repeat(1025)),
);
const fields = {
  type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom("subscribe", "unsubscribe", "publish", "ping") }, texts),
  topic: fc.oneof(texts, fc.jsonValue()),
  topics: fc.oneof(fc.array(texts), fc.array(fc.jsonValue()), fc.jsonValue()),
  to: fc.oneof(texts, fc.jsonValue()),
  nodeId: fc.oneof(texts, fc.jsonValue()),
  ["__proto__"]: fc.jsonValue(),
  data: fc.jsonValue({ maxDepth: 40 }),
};
const messages = fc.record(fields, { requiredKeys: [] }).map((message) => JSON.stringify(message));
/** A valid text with a piece cut out and another put in. */
const tampered = fc
  .tuple(
    messages,
    fc.nat(),
    fc.nat(20),
    fc.oneof(texts, fc.constantFrom("{", '"', "[".repeat(5_000), "\\u0000", "1e999")),
  )
  .map(([text, at, removed, added]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + added + text.slice(place + removed);
  });

test("P8: whatever a client sends is a message, ignored, or a Violation", { timeout: SCALE * 60_000 }, () => {
  fc.assert(
    fc.property(fc.oneof(messages, tampered), (text) => {
      let message;
      try {
        message = parseClientMessage(text, DEFAULT_LIMITS);
      } catch (error) {
        expect(error).toBeInstanceOf(Violation);
        return;
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      // What is passed on is a message to whoever gets it, and the same one.
      if (message === undefined) return;
      const again = JSON.stringify(message);
      expect(JSON.stringify(parseClientMessage(again, DEFAULT_LIMITS))).toBe(again);
    }),
    { numRuns: 500 * SCALE, seed: SEED },
  );
});
