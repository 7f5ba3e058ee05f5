import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Checkpoint,
  type ConsistencyLevel,
  isReplicationError,
  type Metric,
  type Replicator,
  type StoredEntry,
} from "@vecmesh/sdk";
import { answerJson, bearerIs } from "./http-answer.ts";

/** A search is a vector of 65,536 numbers of some 20 digits at most. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** More hits than anybody looks at, and what they weigh fits into memory. */
const MAX_K = 1000;
/** Each holds a socket and a reader of the change feed. */
const MAX_STREAMS = 100;
/** Proxies commonly cut a connection that was idle for 60 s. */
const HEARTBEAT_MS = 25_000;

const LEVELS: readonly ConsistencyLevel[] = ["one", "quorum", "all"];

/** Reads entries of replicas over HTTP, for whoever shows the token. It writes nothing. */
export class ReadSurface {
  readonly #replicas: ReadonlyMap<string, Replicator>;
  readonly #token: string;
  #streams = 0;

  constructor(replicas: ReadonlyMap<string, Replicator>, token: string) {
    this.#replicas = replicas;
    this.#token = token;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!bearerIs(request, this.#token)) return answerJson(response, 401, { error: "this needs its token" });
    const url = new URL(request.url ?? "/", "http://edge");
    const [, , room, kind, id, ...more] = url.pathname.split("/").map(decoded);
    const replicator = room === undefined ? undefined : this.#replicas.get(room);
    if (replicator === undefined || more.length > 0) return answerJson(response, 404, { error: "no such room" });
    try {
      const { method } = request;
      if (kind === "entries" && id !== undefined && method === "GET")
        return await getEntry(replicator, id, url, response);
      if (kind === "search" && id === undefined && method === "POST")
        return await search(replicator, request, response);
      if (kind === "changes" && id === undefined && method === "GET")
        return await this.#changes(replicator, request, url, response);
      return answerJson(response, 404, { error: "not found" });
    } catch (error) {
      if (!isReplicationError(error) || response.headersSent) throw error;
      return answerJson(response, statusOf(error.code), { error: error.message, code: error.code });
    }
  }

  async #changes(replicator: Replicator, request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    if (this.#streams >= MAX_STREAMS) return answerJson(response, 503, { error: "too many streams of changes" });
    const since = request.headers["last-event-id"] ?? url.searchParams.get("since") ?? undefined;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const options = since === undefined ? {} : { since: String(since) as Checkpoint };
    const changes = replicator.changes({ ...options, signal: gone.signal });
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(":\n\n");
    const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
    this.#streams++;
    try {
      for await (const change of changes) {
        const data = "entry" in change ? plain(change.entry) : "id" in change ? { id: change.id } : {};
        const event = `id: ${change.checkpoint}\nevent: ${change.type}\ndata: ${JSON.stringify(data)}\n\n`;
        // A slow reader holds up its own feed, which then tells of fewer changes, and costs no memory.
        if (!response.write(event)) await once(response, "drain", { signal: gone.signal });
      }
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    } finally {
      this.#streams--;
      clearInterval(heartbeat);
      response.end();
    }
  }
}

async function getEntry(replicator: Replicator, id: string, url: URL, response: ServerResponse): Promise<void> {
  const asked = url.searchParams.get("consistency") ?? "one";
  const consistency = LEVELS.find((level) => level === asked);
  if (consistency === undefined)
    return answerJson(response, 400, { error: `consistency is one of ${LEVELS.join(", ")}` });
  const entry = await replicator.get(id, { consistency });
  if (entry === undefined) answerJson(response, 404, { error: "no such entry" });
  else answerJson(response, 200, plain(entry));
}

async function search(replicator: Replicator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const { vector, k = 10, metric = "cosine" } = body ?? {};
  const isVector = Array.isArray(vector) && vector.every((component) => typeof component === "number");
  if (!isVector || typeof k !== "number" || k > MAX_K)
    return answerJson(response, 400, {
      error: `search takes {"vector": [0.5, 1], "k": at most ${MAX_K}, "metric": "cosine"} of ${MAX_BODY_BYTES} bytes at most`,
    });
  const hits = await replicator.search(Float32Array.from(vector), { k, metric: metric as Metric });
  answerJson(response, 200, { hits: hits.map(({ id, score, entry: { metadata } }) => ({ id, score, metadata })) });
}

/** `undefined`: no JSON object, or too large. */
async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end and forgotten, so that the answer gets through.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (bytes > 2 * MAX_BODY_BYTES) break;
  }
  if (bytes > MAX_BODY_BYTES) return undefined;
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function plain({ id, vector, metadata, timestamp }: StoredEntry): object {
  return { id, vector: [...vector], metadata, timestamp };
}

function statusOf(code: string): number {
  if (code.startsWith("quorum-")) return 503;
  return code === "closed" || code.startsWith("storage-") ? 500 : 400;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
