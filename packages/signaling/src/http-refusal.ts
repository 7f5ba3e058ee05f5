import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** An upgrade that is not granted. */
export interface HttpRefusal {
  readonly status: 401 | 403 | 429 | 503;
  /** In words; the response's body. */
  readonly reason: string;
  /** For 429 and 503: when to try again. */
  readonly retryAfterSeconds?: number;
}

/** Answers an upgrade with `refusal` and ends the connection. */
export function refuseUpgrade(stream: Duplex, { status, reason, retryAfterSeconds }: HttpRefusal): void {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ["WWW-Authenticate: Bearer"] : []),
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  stream.once("finish", () => stream.destroy());
  stream.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
