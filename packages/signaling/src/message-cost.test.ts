import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { messageCost } from "./message-cost.ts";
import type { ClientMessage } from "./protocol.ts";

const subscribersOf = (topic: string): number => (topic === "full" ? 1000 : 15);

test.each<[cost: number, message: ClientMessage | undefined, bytes: number]>([
  [1, undefined, 10],
  [1, { type: "ping" }, 10],
  [17, undefined, 65_536],
  [1, { type: "publish", topic: "usual" }, 4095],
  [63, { type: "publish", topic: "full" }, 10],
  [1, { type: "publish", topic: "full", to: "one" }, 10],
  [3, { type: "relay", topic: "full", to: "one", data: "" }, 8192],
  [3, { type: "subscribe", topics: ["usual", "full"] }, 10],
  [65, { type: "subscribe", topics: ["usual", "full"], nodeId: "n" }, 10],
  [64, { type: "unsubscribe", topics: ["full"] }, 10],
])("T10: %d tokens for %j of %d bytes", (cost, message, bytes) => {
  expect(messageCost(message, bytes, DEFAULT_LIMITS, subscribersOf)).toBe(cost);
});
