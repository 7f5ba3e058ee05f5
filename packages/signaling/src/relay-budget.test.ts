import { expect, test } from "vitest";
import type { RelayMessage } from "./protocol.ts";
import { RELAY_MESSAGE_BYTES, RelayBudget, relayOffer } from "./relay-budget.ts";

const KIB = 1024;
const offer = relayOffer({ bytesPerSecond: 64 * KIB });

/** A message that counts as 16 KiB. */
const message = (to: string): RelayMessage => ({
  type: "relay",
  topic: "t",
  to,
  data: "x".repeat(16 * KIB - RELAY_MESSAGE_BYTES),
});

/** How many messages to that receiver are read at once before the socket has to wait. */
function atOnce(budget: RelayBudget, to: string, nowMs: number): number {
  let count = 0;
  while (budget.spend(message(to), nowMs) === 0) count++;
  return count;
}

test("T11: a socket may send so much to one other, and what it has overdrawn is waited off", () => {
  const budget = new RelayBudget(offer, 0);
  expect(atOnce(budget, "bob", 0)).toBe(8);
  expect(budget.spend(message("bob"), 0)).toBe(500);
  expect(budget.spend(message("bob"), 1000)).toBe(0);
});

test("T11: twice as much to all others together, or what is set", () => {
  const budget = new RelayBudget(offer, 0);
  // What is overdrawn counts, too.
  expect([atOnce(budget, "bob", 0), atOnce(budget, "carol", 0), atOnce(budget, "dave", 0)]).toEqual([8, 7, 0]);
  const narrow = new RelayBudget(relayOffer({ bytesPerSecond: 64 * KIB, socketBytesPerSecond: 32 * KIB }), 0);
  expect(atOnce(narrow, "bob", 0)).toBe(4);
  expect(() => relayOffer({ bytesPerSecond: 1000 })).toThrow(RangeError);
});

test("T11: buckets that are full again are forgotten; more receivers than that at once are no client's", () => {
  const budget = new RelayBudget(offer, 0);
  const small = (i: number, nowMs: number): number =>
    budget.spend({ type: "relay", topic: "t", to: String(i), data: "" }, nowMs);
  for (let i = 0; i < 32; i++) small(i, 0);
  expect(() => small(32, 0)).toThrow("at most 32 others");
  expect(() => small(32, 1000)).not.toThrow();
});
