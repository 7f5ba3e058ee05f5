import { expect, test } from "vitest";
import { alternately } from "./bench.js";

async function orderIn(round: number): Promise<string[]> {
  const order: string[] = [];
  const results = await alternately(
    round,
    async () => order.push("ours"),
    async () => order.push("reference"),
  );
  expect(results.ours + results.reference).toBe(3);
  return order;
}

test("which of the two is measured first alternates from round to round", async () => {
  expect(await orderIn(0)).toEqual(["ours", "reference"]);
  expect(await orderIn(1)).toEqual(["reference", "ours"]);
});
