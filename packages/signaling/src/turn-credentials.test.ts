import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { turnCredentials } from "./turn-credentials.ts";

const TURN = { urls: ["turn:turn.example:3478"], secret: "north" };

test("T10: what coturn's use-auth-secret computes", () => {
  // printf 1700003600:ada | openssl dgst -sha1 -hmac north -binary | base64
  expect(turnCredentials(TURN, "ada", 1_700_000_000_500)).toEqual({
    urls: TURN.urls,
    username: "1700003600:ada",
    credential: "xnSlQG4JwD6eDlwPBFdbTt6sTJk=",
  });
});

test("a subject cannot forge the expiry, nor be of any length", () => {
  const { username, credential } = turnCredentials({ ...TURN, ttlSeconds: 60 }, `:9999999999:${"x".repeat(100)}`, 0);
  expect(username).toMatch(/^60:_9999999999_x{52}$/);
  expect(credential).toBe(createHmac("sha1", "north").update(username).digest("base64"));
});
