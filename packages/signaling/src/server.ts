import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Registry } from "prom-client";
import { WebSocketServer } from "ws";
import { AddressLedger } from "./address-ledger.ts";
import type { Authorize } from "./authorization.ts";
import { type Broker, InProcessBroker } from "./broker.ts";
import { ClientLog } from "./client-log.ts";
import { ClientSession, type SessionContext } from "./client-session.ts";
import { Heartbeat } from "./heartbeat.ts";
import { httpEndpoints } from "./http-endpoints.ts";
import { refuseUpgrade } from "./http-refusal.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { type Logger, SILENT_LOGGER } from "./logger.ts";
import { Metrics } from "./metrics.ts";
import { OutgoingTotal } from "./outgoing-queue.ts";
import { RoomDirectory } from "./room-directory.ts";
import { relayOffer, type RelayOptions } from "./relay-budget.ts";
import { retireAll } from "./retirement.ts";
import { SocketNames } from "./socket-names.ts";
import type { TurnOptions } from "./turn-credentials.ts";
import { UpgradeGate } from "./upgrade-gate.ts";

export type { Admission, Authorization, AuthorizationRequest, Authorize, Refusal } from "./authorization.ts";
export type { Broker, RoomMessage } from "./broker.ts";
export { InProcessBroker } from "./broker.ts";
export { RedisBroker, type RedisBrokerOptions } from "./redis-broker.ts";
export { jwtAuthorizer, type JwtOptions } from "./jwt-authorizer.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export type { Logger } from "./logger.ts";
export type { RelayOptions } from "./relay-budget.ts";
export type { TurnOptions } from "./turn-credentials.ts";

export interface SignalingServerOptions {
  /** Default 4444; 0 takes any free port. */
  readonly port?: number;
  /** Address or name to listen on. Default 127.0.0.1: reachable from this machine only. */
  readonly host?: string;
  /** Default: an InProcessBroker of its own, so this server's clients meet only each other. */
  readonly broker?: Broker;
  /** Replaces some of DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>;
  /** Decides who may connect, e.g. `jwtAuthorizer(...)`. Default: everybody, to all topics. */
  readonly authorize?: Authorize | undefined;
  /** Pages of other origins are refused with 403, e.g. `["https://app.example"]`. Default: pages of all origins may connect. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** How many proxies of yours stand in front: which entry of `X-Forwarded-For` is the client. Default 0: the header is ignored. */
  readonly trustedProxyHops?: number;
  /** TURN servers to offer to sockets that `authorize` admitted; without `authorize` to none. */
  readonly turn?: TurnOptions | undefined;
  /** How much to relay between clients that reach each other in no other way. Default: nothing is relayed. */
  readonly relay?: RelayOptions | undefined;
  /** Where the metrics go; a registry takes one server. Default: one of its own, served at /metrics either way. */
  readonly metrics?: Registry;
  /** What `Authorization: Bearer` must say at /metrics. Default: everybody may see them. */
  readonly metricsToken?: string | undefined;
  /** E.g. a pino logger. Default: nothing is logged. */
  readonly logger?: Logger;
}

export interface SignalingServer {
  /** The port it listens on. */
  readonly port: number;
  /** Where clients of this machine reach it, e.g. `ws://127.0.0.1:4444`. */
  readonly url: string;
  /**
   * Lets nobody in any more, asks its clients to come back later, closes them with code 1012 over `drainMs` (default 0: at once) and stops
   * listening; resolves when all is closed, within `drainMs` and `closeGraceMs`. The first call decides.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/** Sockets that are not yet admitted, or only ask for the health: there is room for them when all others are taken. */
const SPARE_CONNECTIONS = 1000;
/** How often Node looks for connections whose request takes too long. */
const REQUEST_CHECK_MS = 1000;

/**
 * Starts a signaling server; resolves when it listens.
 * @throws Node's system error, e.g. with code `EADDRINUSE`, when it cannot listen; RangeError for a relay that is too slow.
 */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const relay = options.relay && relayOffer(options.relay);
  const { port = 4444, host = "127.0.0.1", logger = SILENT_LOGGER } = options;
  const broker: Broker = options.broker ?? new InProcessBroker();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const rooms = new RoomDirectory(broker, limits);
  const addresses = new AddressLedger(limits);
  const sessions = new Set<ClientSession>();
  const outgoing = new OutgoingTotal();
  const clientLog = new ClientLog(logger, performance.now());
  const gauges = {
    sockets: () => sessions.size,
    topics: () => rooms.size,
    addresses: () => addresses.size,
    queuedBytes: () => outgoing.bytes,
  };
  const metrics = new Metrics(gauges, options.metrics);
  const context: SessionContext = {
    rooms,
    limits,
    metrics,
    outgoing,
    names: new SocketNames(),
    turn: options.turn,
    relay,
    ended: (session) => {
      heartbeat.delete(session);
      sessions.delete(session);
      gate.leave(session.visitor.account);
    },
    violated: ({ code, message }, address) =>
      clientLog.info({ address, code, reason: message }, "closed a socket", performance.now()),
  };
  const gate = new UpgradeGate({
    limits,
    addresses,
    allowedOrigins: options.allowedOrigins,
    authorize: options.authorize,
    trustedProxyHops: options.trustedProxyHops ?? 0,
    authorizeFailed: (error) => clientLog.info({ error: String(error) }, "cannot check a token", performance.now()),
  });
  const heartbeat = new Heartbeat<ClientSession>(limits.pingIntervalMs, (session) => session.checkAlive());
  const sweep = setInterval(() => addresses.sweep(performance.now()), limits.pingIntervalMs).unref();

  const http = createServer(
    {
      headersTimeout: limits.requestTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
    },
    httpEndpoints({ metrics, gate, metricsToken: options.metricsToken }),
  );
  http.maxConnections = limits.maxSockets + SPARE_CONNECTIONS;
  const { maxPayloadBytes: maxPayload, maxFragments } = limits;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // One message of a socket's at a time, then others' turn: what a flooder sent in one segment holds nobody up.
    allowSynchronousEvents: false,
    maxPayload,
    maxFragments,
  });

  /** Upgrades that are being decided on. */
  const pending = new Set<Duplex>();
  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    // Until the socket has listeners of its own, and a session that counts.
    stream.on("error", destroy);
    pending.add(stream);
    const decision = await gate.admit(request);
    pending.delete(stream);
    if (!("account" in decision)) {
      metrics.upgraded(decision.status);
      const { status, reason } = decision;
      clientLog.info({ address: request.socket.remoteAddress, status, reason }, "refused a client", performance.now());
      return refuseUpgrade(stream, decision);
    }
    const leave = (): void => gate.leave(decision.account);
    if (stream.destroyed) return leave();
    stream.once("close", leave);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      // What is left on an idle stream is memory.
      stream.off("close", leave).off("error", destroy);
      metrics.upgraded(101);
      const session = new ClientSession(socket, stream, decision, context);
      heartbeat.add(session);
      sessions.add(session);
    });
  };
  http.on("upgrade", (request, stream, head) => void upgrade(request, stream, head));
  await listen(http, port, host);
  const forgetBroker = broker.onGap?.(() => {
    logger.warn({ sockets: sessions.size }, "messages between servers were lost: clients are asked to connect anew");
    void retireAll(sessions, { reason: "please connect anew", durationMs: limits.regatherMs, retrySpreadMs: 0 });
  });

  const closeAll = async (drainMs: number): Promise<void> => {
    gate.drain();
    forgetBroker?.();
    const { retrySpreadMs } = limits;
    await retireAll(sessions, { reason: "the server is shutting down", durationMs: drainMs, retrySpreadMs });
    heartbeat.stop();
    clearInterval(sweep);
    const stopped = new Promise((resolve) => http.close(resolve));
    http.closeAllConnections();
    for (const stream of pending) stream.destroy();
    await Promise.all([stopped, ...Array.from(sessions, (session) => session.whenClosed())]);
  };
  let closing: Promise<void> | undefined;
  const address = http.address() as AddressInfo;
  return {
    port: address.port,
    url: urlOf(address),
    close: ({ drainMs = 0 } = {}) => (closing ??= closeAll(drainMs)),
  };
}

function destroy(this: Duplex): void {
  this.destroy();
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
