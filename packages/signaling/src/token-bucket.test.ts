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
});
