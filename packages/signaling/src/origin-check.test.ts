import { expect, test } from "vitest";
import { isOriginAllowed, requireOrigin } from "./origin-check.ts";

const ALLOWED = ["https://app.example", "http://localhost:5173"];

test("T10: pages of the listed origins, and programs, which have none", () => {
  for (const origin of [...ALLOWED, undefined]) expect(isOriginAllowed(origin, ALLOWED)).toBe(true);
});

test.each(["https://evil.example", "https://app.example.evil.example", "http://app.example", "null", ""])(
  "T10: not pages of %j",
  (origin) => {
    expect(isOriginAllowed(origin, ALLOWED)).toBe(false);
    expect(isOriginAllowed(origin, undefined)).toBe(true);
  },
);

test("an origin is written as browsers write it", () => {
  for (const origin of ALLOWED) expect(requireOrigin(origin)).toBe(origin);
  for (const text of [
    "https://app.example/",
    "app.example",
    "https://APP.example",
    "*",
    "https://a.example/path",
    "null",
  ]) {
    expect(() => requireOrigin(text)).toThrow("is no origin");
  }
});
