import { createHmac } from "node:crypto";
import type { IceServer } from "./protocol.ts";

export interface TurnOptions {
  /** E.g. `turn:turn.example.org:3478`; several are ways to one server. */
  readonly urls: readonly string[];
  /** What coturn has as `static-auth-secret`, with `use-auth-secret`. */
  readonly secret: string;
  /** For how many seconds credentials can be used. Default 3600. */
  readonly ttlSeconds?: number;
}

/** An hour bounds what a leaked one is good for. Sockets get new ones when half of it is over. */
export const DEFAULT_TURN_TTL_S = 3600;
const MAX_SUBJECT_LENGTH = 64;

/**
 * Ephemeral credentials by coturn's REST scheme (draft-uberti-behave-turn-rest): the user name is `<expiry in s>:<subject>`,
 * the password is base64(HMAC-SHA1(secret, user name)). The TURN server needs the secret alone to check them.
 */
export function turnCredentials(options: TurnOptions, subject: string, nowMs: number): IceServer {
  const { urls, secret, ttlSeconds = DEFAULT_TURN_TTL_S } = options;
  const expiresAtS = Math.floor(nowMs / 1000) + ttlSeconds;
  const username = `${expiresAtS}:${subject.replaceAll(/[^\w.@-]/g, "_").slice(0, MAX_SUBJECT_LENGTH)}`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  return { urls: [...urls], username, credential };
}
