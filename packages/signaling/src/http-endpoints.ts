import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Metrics } from "./metrics.ts";
import type { UpgradeGate } from "./upgrade-gate.ts";
import type { HttpRefusal } from "./http-refusal.ts";

export interface EndpointsOptions {
  readonly metrics: Metrics;
  readonly gate: UpgradeGate;
  /** What `Authorization: Bearer` must say to see the metrics; undefined lets everybody see them. */
  readonly metricsToken: string | undefined;
}

/** Answers plain HTTP requests, which are for machines that look after the server and for pages that were refused. */
export function httpEndpoints({
  metrics,
  gate,
  metricsToken,
}: EndpointsOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const answerMetrics = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (metricsToken !== undefined && !isSame(request.headers.authorization ?? "", `Bearer ${metricsToken}`)) {
      response.setHeader("WWW-Authenticate", "Bearer");
      return answer(response, 401, "the metrics need their token");
    }
    answer(response, 200, await metrics.registry.metrics(), metrics.registry.contentType);
  };
  return (request, response) => {
    // Bodies are not looked at; a client that goes on sending one is cut off with the answer.
    response.setHeader("Connection", "close");
    switch (request.url?.split("?")[0] ?? "") {
      case "/":
        // As y-webrtc's server says it.
        return answer(response, 200, "okay");
      case "/healthz":
        return gate.isDraining ? answer(response, 503, "draining") : answer(response, 200, "ok");
      case "/metrics":
        answerMetrics(request, response).catch(() => answer(response, 500, "the metrics cannot be collected"));
        return;
      case "/admission":
        void answerAdmission(gate, request, response);
        return;
      default:
        return answer(response, 404, "not found");
    }
  };
}

/** Tells a page why its WebSocket would be refused: browsers show it nothing of the answer to an upgrade. */
async function answerAdmission(gate: UpgradeGate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const decision = await gate.admit(request);
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Cache-Control", "no-store");
  if ("account" in decision) {
    gate.leave(decision.account);
    return answer(response, 200, "admitted");
  }
  const { status, reason, retryAfterSeconds }: HttpRefusal = decision;
  if (retryAfterSeconds !== undefined) response.setHeader("Retry-After", retryAfterSeconds);
  answer(response, status, reason);
}

function answer(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "Content-Type": type, "X-Content-Type-Options": "nosniff" });
  response.end(body);
}

/** In a time that does not tell how much of it was right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
