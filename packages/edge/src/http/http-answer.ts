import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export function answerText(
  response: ServerResponse,
  status: number,
  body: string,
  type = "text/plain; charset=utf-8",
): void {
  const authenticate = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  response.writeHead(status, {
    "Content-Type": type,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    ...authenticate,
  });
  response.end(body);
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  answerText(response, status, JSON.stringify(body), "application/json");
}

/** In a time that does not tell how much of the token was right. */
export function bearerIs(request: IncomingMessage, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`));
}
