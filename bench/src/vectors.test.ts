import { expect, test } from "vitest";
import { vectorsOf } from "./vectors.ts";

const SOURCE = { kind: "gaussian", count: 20, dimensions: 384, seed: 7 } as const;

test("both tabs make the same vectors from a source, and other vectors from another seed", async () => {
  const vectors = await vectorsOf(SOURCE);
  expect(await vectorsOf(SOURCE)).toEqual(vectors);
  expect(await vectorsOf({ ...SOURCE, seed: 8 })).not.toEqual(vectors);
});

test("gaussian vectors have unit length and no two are alike", async () => {
  const vectors = await vectorsOf(SOURCE);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect(new Set(vectors.map(String)).size).toBe(SOURCE.count);
});
