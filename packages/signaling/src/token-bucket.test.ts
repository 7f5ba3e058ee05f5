import { describe, expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

describe("token bucket", () => {
  test("lets a burst of its size through, then says how long to wait", () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect(bucket.spend(10, 0)).toBe(0);
    expect(bucket.spend(1, 0)).toBe(500);
  });

  test("may be overdrawn, and the debt adds up", () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect(bucket.spend(14, 0)).toBe(2000);
    expect(bucket.spend(2, 0)).toBe(3000);
    expect(bucket.spend(0, 3000)).toBe(0);
  });

  test("fills up to its size and no further", () => {
    const bucket = new TokenBucket(10, 2, 0);
    bucket.spend(10, 0);
    expect(bucket.spend(10, 1_000_000)).toBe(0);
    expect(bucket.spend(1, 1_000_000)).toBe(500);
  });

  test("says whether it has so much, and when it is as good as new", () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect([bucket.has(10, 0), bucket.has(11, 0), bucket.isFull(0)]).toEqual([true, false, true]);
    bucket.spend(4, 0);
    expect([bucket.has(6, 0), bucket.has(7, 0), bucket.isFull(1999), bucket.isFull(2000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
