import { expect, test } from "vitest";
import { SocketNames } from "./socket-names.ts";

test("T9: no two sockets have one name, and each is of 128 random bits", () => {
  const names = new SocketNames();
  const given = Array.from({ length: 1000 }, () => names.next());
  expect(new Set(given).size).toBe(1000);
  expect(given.every((name) => Buffer.from(name, "base64url").length === 16)).toBe(true);
  const ones = given
    .flatMap((name) => [...Buffer.from(name, "base64url")])
    .reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  // Of 128,000 fair bits: more than 20 standard deviations on each side.
  expect(Math.abs(ones - 64_000)).toBeLessThan(4000);
});
