import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { type Broker, InProcessBroker } from "./broker.ts";
import { ClientSession } from "./client-session.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { CLOSE_CODES } from "./protocol.ts";
import { RoomDirectory } from "./room-directory.ts";

export type { Broker, RoomMessage } from "./broker.ts";
export { InProcessBroker } from "./broker.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";

export interface SignalingServerOptions {
  /** Default 4444; 0 takes any free port. */
  readonly port?: number;
  /** Address or name to listen on. Default 127.0.0.1: reachable from this machine only. */
  readonly host?: string;
  /** Default: an InProcessBroker of its own, so this server's clients meet only each other. */
  readonly broker?: Broker;
  /** Replaces some of DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>;
}

export interface SignalingServer {
  /** The port it listens on. */
  readonly port: number;
  /** Where clients of this machine reach it, e.g. `ws://127.0.0.1:4444`. */
  readonly url: string;
  /** Closes every socket with code 1001 and stops listening; resolves when all is closed, within `closeGraceMs`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a signaling server; resolves when it listens.
 * @throws Node's system error, e.g. with code `EADDRINUSE`, when it cannot listen.
 */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const { port = 4444, host = "127.0.0.1", broker = new InProcessBroker() } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const rooms = new RoomDirectory(broker, limits.maxSubscribersPerTopic);
  const sessions = new Set<ClientSession>();

  const http = createServer(answer);
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: limits.maxPayloadBytes });
  http.on("upgrade", (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const session = new ClientSession(socket, rooms, limits);
      sessions.add(session);
      void session.closed.then(() => sessions.delete(session));
    });
  });
  await listen(http, port, host);

  const heartbeat = setInterval(() => {
    for (const session of sessions) session.checkAlive();
  }, limits.pingIntervalMs);

  const closeAll = async (): Promise<void> => {
    clearInterval(heartbeat);
    const stopped = new Promise((resolve) => http.close(resolve));
    http.closeAllConnections();
    for (const session of sessions) session.close(CLOSE_CODES.goingAway, "the server is shutting down");
    await Promise.all([stopped, ...Array.from(sessions, (session) => session.closed)]);
  };
  let closing: Promise<void> | undefined;
  const address = http.address() as AddressInfo;
  return { port: address.port, url: urlOf(address), close: () => (closing ??= closeAll()) };
}

/** The same answer as y-webrtc's server gives, for whoever looks whether it is up. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const found = request.url === "/";
  response.writeHead(found ? 200 : 404, { "Content-Type": "text/plain" });
  response.end(found ? "okay" : "not found");
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, () => {
      http.off("error", reject);
      resolve();
    });
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === "0.0.0.0" || address === "::") return `ws://localhost:${port}`;
  return family === "IPv6" ? `ws://[${address}]:${port}` : `ws://${address}:${port}`;
}
