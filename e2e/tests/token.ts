import { createHmac } from "node:crypto";

/** For the signaling server's `--jwt-secret-file`. */
export const TOKEN_SECRET = "a secret of at least thirty-two bytes";

/** A JSON Web Token, signed by HS256, good for an hour. */
export function tokenFor(rooms: readonly string[]): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${part({ alg: "HS256" })}.${part({ exp, rooms })}`;
  return `${signed}.${createHmac("sha256", TOKEN_SECRET).update(signed).digest("base64url")}`;
}
