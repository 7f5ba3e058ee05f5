import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { DecodeError } from "./codec/decode-error.ts";

describe("base64url", () => {
  it("is Node's, and gives the bytes back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["a", "abcde", "ab=", "a+b/", "a b", "é"])("refuses %j", (text) => {
    expect(() => fromBase64Url(text)).toThrow(DecodeError);
  });
});
