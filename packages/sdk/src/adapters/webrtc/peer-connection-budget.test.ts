import { expect, test } from "vitest";
import { PeerConnectionBudget } from "./peer-connection-budget.ts";

test("T6: the budget is spent while so many connections are in memory", () => {
  const budget = new PeerConnectionBudget();
  const held: object[] = [];
  while (!budget.isSpent) {
    const peerConnection = {};
    held.push(peerConnection);
    budget.count(peerConnection);
  }
  expect(held.length).toBe(400);
});
