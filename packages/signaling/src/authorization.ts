import type { IncomingHttpHeaders } from "node:http";

/** Decides who may connect, and to which topics; asked once for each upgrade, before the socket opens. */
export type Authorize = (request: AuthorizationRequest) => Authorization | Promise<Authorization>;

export interface AuthorizationRequest {
  /** From `Authorization: Bearer ...`, or else from `?token=` (browsers cannot set headers on a WebSocket). */
  readonly token: string | undefined;
  /** The page's origin as the browser says it. Programs send none, or any that they like. */
  readonly origin: string | undefined;
  /** The client's IP address, read from `X-Forwarded-For` as far as `trustedProxyHops` says. */
  readonly address: string;
  /** Path and query as they were asked for, e.g. `/?token=...`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export type Authorization = Admission | Refusal;

export interface Admission {
  readonly allowed: true;
  /** Which topics may be subscribed and published to. Left out: all. */
  readonly allowsTopic?: (topic: string) => boolean;
  /** Milliseconds since 1970. The socket is closed with code 4401 within a ping interval after it. Left out: never. */
  readonly expiresAtMs?: number;
  /** Whom it is about: names the TURN credentials. No colon; at most 64 characters are used. */
  readonly subject?: string;
}

export interface Refusal {
  readonly allowed: false;
  /** 401: the client should come back with another token. 403: this one is good, and does not allow it. */
  readonly status: 401 | 403;
  /** In words, for the client's developer. Goes out as the response's body: nothing secret. */
  readonly reason: string;
}
