import { describe, expect, it } from "vitest";
import { dotsOfSession, sessionToken } from "./session-token.ts";
import fc from "fast-check";
import { dotOf, dots as someDots } from "./causality.fixture.ts";

describe("a session token (Q9)", () => {
  it("names the dots that it was made of, in characters that need no escaping", () => {
    fc.assert(
      fc.property(fc.array(someDots), (dots) => {
        const token = sessionToken(dots);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        const context = dotsOfSession(token);
        for (const dot of dots) expect(context?.covers(dot)).toBe(true);
      }),
    );
  });

  it("is refused when it is cut, changed or anything else", () => {
    const token = sessionToken([dotOf(1, 5), dotOf(2, 9)]);
    for (let length = 0; length < token.length; length++) expect(dotsOfSession(token.slice(0, length))).toBeUndefined();
    for (let at = 0; at < token.length - 1; at++) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(dotsOfSession(changed)).toBeUndefined();
    }
    for (const other of [undefined, null, 7, {}, "", "=", "not a token", `${token}AAAA`, "x".repeat(2 ** 21)])
      expect(dotsOfSession(other)).toBeUndefined();
  });
});
