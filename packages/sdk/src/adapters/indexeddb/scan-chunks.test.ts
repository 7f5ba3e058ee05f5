import { expect, test } from "vitest";
import { nextChunkPairs } from "./scan-chunks.ts";

function values(count: number, bytes: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(bytes));
}

test("aims at a megabyte, from the size of the last chunk's values", () => {
  expect(nextChunkPairs(values(64, 4096))).toBe(256);
  expect(nextChunkPairs(values(256, 4096))).toBe(256);
});

test("asks for one pair at least, however large the values", () => {
  expect(nextChunkPairs(values(3, 4 * 1024 * 1024))).toBe(1);
});

test("bounds the number of pairs, however small the values", () => {
  expect(nextChunkPairs()).toBe(64);
  expect(nextChunkPairs(values(64, 0))).toBe(512);
  expect(nextChunkPairs(values(64, 1))).toBe(512);
});
