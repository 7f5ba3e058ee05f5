import { expect, test } from "vitest";
import { WordCloud } from "./word-cloud.ts";

const AXES = { x: Float64Array.of(1, 0, 0), y: Float64Array.of(0, 1, 0) };
const ORIGIN = Float64Array.of(0, 0, 0);

function cloudOf(words: Readonly<Record<string, readonly number[]>>): WordCloud {
  const cloud = new WordCloud(3);
  for (const [word, vector] of Object.entries(words)) cloud.put(`word/${word}`, word, Float32Array.from(vector));
  return cloud;
}

const placed = (cloud: WordCloud): Record<string, number[]> => {
  const points = cloud.project(AXES, ORIGIN);
  return Object.fromEntries(cloud.words.map((word, i) => [word, [points[2 * i]!, points[2 * i + 1]!]]));
};

test("words lie where their unit vectors point", () => {
  expect(placed(cloudOf({ east: [5, 0, 0], north: [0, 2, 0], up: [0, 0, 1] }))).toEqual({
    east: [1, 0],
    north: [0, 1],
    up: [0, 0],
  });
});

test("a removed word is gone, and the others stay where they are", () => {
  const cloud = cloudOf({ east: [5, 0, 0], north: [0, 2, 0], up: [0, 0, 1] });
  cloud.remove("word/east");
  cloud.remove("word/never there");
  expect(placed(cloud)).toEqual({ north: [0, 1], up: [0, 0] });
  expect(cloud.scatter.count).toBe(2);
});

test("a word put again moves", () => {
  const cloud = cloudOf({ east: [5, 0, 0] });
  cloud.put("word/east", "east", Float32Array.of(0, 3, 0));
  expect(placed(cloud)).toEqual({ east: [0, 1] });
  expect([...cloud.scatter.mean()]).toEqual([0, 1, 0]);
});

test("it grows beyond its first capacity", () => {
  const cloud = new WordCloud(3);
  for (let i = 0; i < 3000; i++) cloud.put(`word/${i}`, `w${i}`, Float32Array.of(1, 0, 0));
  expect(cloud.count).toBe(3000);
  expect(cloud.project(AXES, ORIGIN)[2 * 2999]).toBe(1);
});
