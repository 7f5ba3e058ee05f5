import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { Registry } from "prom-client";
import type { Replicator } from "@vecmesh/sdk";
import { answerText, bearerIs } from "./http-answer.ts";
import type { Logger } from "../logger.ts";
import { ReadSurface } from "./read-surface.ts";

export interface HttpServerOptions {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** By the rooms' names. */
  readonly replicas: ReadonlyMap<string, Replicator>;
  /** What `Authorization: Bearer` must say to read entries. Left out: nobody reads any. */
  readonly token?: string | undefined;
  /** What it must say to see the metrics. Left out: everybody sees them. */
  readonly metricsToken?: string | undefined;
  /** Left out: there are none. */
  readonly metrics?: Registry | undefined;
  readonly logger?: Logger | undefined;
  /** Once aborted, /healthz says so. */
  readonly stopping?: AbortSignal | undefined;
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens, as in `http://127.0.0.1:4460`. */
  readonly url: string;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/**
 * Serves /healthz, /metrics and, behind a token, the entries of replicas, for reading alone:
 *
 *   GET  /rooms/ROOM/entries/ID     an entry; ?consistency=quorum asks the voters
 *   POST /rooms/ROOM/search         {vector, k, metric}: the nearest entries
 *   GET  /rooms/ROOM/changes        server-sent events; Last-Event-ID or ?since= goes on from a checkpoint
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = "127.0.0.1", port = 0, replicas, token, metrics, metricsToken, logger, stopping } = options;
  const surface = token === undefined ? undefined : new ReadSurface(replicas, token);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split("?")[0] ?? "";
    if (path === "/healthz") {
      if (stopping?.aborted === true) answerText(response, 503, "stopping");
      else answerText(response, 200, "ok");
    } else if (path === "/metrics" && metrics !== undefined) {
      if (metricsToken !== undefined && !bearerIs(request, metricsToken))
        answerText(response, 401, "the metrics need their token");
      else answerText(response, 200, await metrics.metrics(), metrics.contentType);
    } else if (surface !== undefined && path.startsWith("/rooms/")) {
      await surface.answer(request, response);
    } else {
      answerText(response, 404, "not found");
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      logger?.error({ path: request.url, detail: String(error) }, "a request failed");
      if (response.headersSent) response.destroy();
      else answerText(response, 500, "the replica could not answer");
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const { address, family, port: taken } = server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`;
  return { url, close, [Symbol.asyncDispose]: close };
}
