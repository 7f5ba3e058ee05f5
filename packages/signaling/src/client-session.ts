import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { AddressAccount } from "./address-ledger.ts";
import type { Admission } from "./authorization.ts";
import { parseClientMessage } from "./client-message.ts";
import type { Limits } from "./limits.ts";
import { messageCost } from "./message-cost.ts";
import type { Metrics } from "./metrics.ts";
import { encode } from "./outgoing-frame.ts";
import { OutgoingQueue, type OutgoingTotal } from "./outgoing-queue.ts";
import {
  CLOSE_CODES,
  type ClientMessage,
  type RelayMessage,
  type RelayOffer,
  type SubscribeMessage,
} from "./protocol.ts";
import { RelayBudget } from "./relay-budget.ts";
import type { Member } from "./room.ts";
import type { RoomDirectory } from "./room-directory.ts";
import type { SocketNames } from "./socket-names.ts";
import { TokenBucket } from "./token-bucket.ts";
import { type Metered, TrafficMeter } from "./traffic-meter.ts";
import type { TurnOptions } from "./turn-credentials.ts";
import { Violation } from "./violation.ts";
import { isWorthTelling, Welcome } from "./welcome.ts";

/** One message, as it came. */
interface Frame {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** What all sessions of one server share. */
export interface SessionContext {
  readonly rooms: RoomDirectory;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly outgoing: OutgoingTotal;
  readonly names: SocketNames;
  readonly turn: TurnOptions | undefined;
  readonly relay: RelayOffer | undefined;
  /** Told why the server closes a socket whose client broke a rule. */
  readonly violated: (violation: Violation, address: string) => void;
  /** Told when a session's socket has closed. */
  readonly ended: (session: ClientSession) => void;
}

/** Whose socket it is. */
export interface Visitor {
  readonly address: string;
  readonly account: AddressAccount;
  readonly admission: Admission;
  /** Whether a token or the like was checked: only then TURN credentials are given. */
  readonly authorized: boolean;
}

/** One connected socket: reads its messages, keeps it to its limits, and takes it out of its rooms when it closes. */
export class ClientSession implements Member, Metered<Frame> {
  readonly from: string;
  readonly visitor: Visitor;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #context: SessionContext;
  readonly #meter: TrafficMeter<Frame>;
  readonly #queue: OutgoingQueue;
  readonly #topics = new Set<string>();
  readonly #openedMs = performance.now();
  /** Set once the client has said a nodeId, which y-webrtc's never do. */
  #isVecmesh = false;
  /** Set once it has, where there is something to offer. */
  #welcome: Welcome | undefined;
  /** Set once something is relayed, which most sockets never ask for. */
  #relayBudget: RelayBudget | undefined;
  #active = false;
  #heard = true;
  /** It has broken a rule: it may answer the close that this is the end of. */
  #offended = false;
  #graceTimer: NodeJS.Timeout | undefined;

  /** @param stream Under the socket. */
  constructor(socket: WebSocket, stream: Duplex, visitor: Visitor, context: SessionContext) {
    this.from = context.names.next();
    this.visitor = visitor;
    this.#socket = socket;
    this.#stream = stream;
    this.#context = context;
    const { limits, outgoing } = context;
    const bucket = new TokenBucket(limits.burstTokens, limits.tokensPerSecond, this.#openedMs);
    this.#meter = new TrafficMeter(this, socket, bucket, visitor.account.turns);
    this.#queue = new OutgoingQueue(socket, stream, limits, outgoing);
    socket.on("message", (data, isBinary) => {
      if (this.#offended) return this.#stopReading();
      this.#heard = true;
      // ws gives Buffers unless told otherwise.
      this.#meter.received({ bytes: data as Buffer, isBinary });
    });
    const heardControl = (): void => {
      if (this.#offended) return this.#stopReading();
      this.#heard = true;
      this.#meter.charge(1, performance.now());
    };
    socket.on("ping", heardControl);
    socket.on("pong", heardControl);
    socket.on("error", () => this.#invalidFrame());
    socket.on("close", () => this.#dispose());
  }

  /** Settles when the socket has closed. */
  async whenClosed(): Promise<void> {
    if (this.#socket.readyState !== this.#socket.CLOSED) await once(this.#socket, "close");
  }

  send(frame: Buffer): void {
    const { metrics } = this.#context;
    metrics.sent(frame.length);
    if (!this.#queue.send(frame)) metrics.closed("slow-reader");
  }

  /** Pings; or ends a socket that was silent since the last ping, has done nothing yet, or has outlived its token. */
  checkAlive(): void {
    const { limits, metrics } = this.#context;
    const { expiresAtMs = Number.POSITIVE_INFINITY } = this.visitor.admission;
    if (!this.#heard) {
      metrics.closed("silent");
      return this.#socket.terminate();
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (Date.now() >= expiresAtMs)
      return this.#violate(new Violation(CLOSE_CODES.unauthorized, "the token has expired"));
    if (!this.#active && performance.now() - this.#openedMs >= limits.firstMessageTimeoutMs) {
      return this.#violate(new Violation(CLOSE_CODES.policyViolation, "a socket must subscribe or publish soon"));
    }
    this.#heard = false;
    this.#socket.ping();
    this.#welcome?.renew(Date.now());
  }

  /** Asks a client that understands it to come back after so long, and begins to close. */
  retire(reason: string, retryAfterMs: number): void {
    if (this.#isVecmesh) this.send(encode({ type: "retry", afterMs: retryAfterMs }));
    this.close(CLOSE_CODES.serviceRestart, reason);
  }

  /** Begins to close; `closed` settles within `closeGraceMs`. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // The client's answer has to be read, also when its messages are being held back.
    this.#meter.end();
    this.#terminateAfterGrace();
  }

  handle({ bytes, isBinary }: Frame): void {
    // What was in the same TCP segment as the message that closed the socket.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const { limits, metrics, rooms } = this.#context;
    try {
      if (isBinary) throw new Violation(CLOSE_CODES.unsupportedData, "messages must be text frames");
      const message = parseClientMessage(bytes.toString(), limits);
      metrics.received(message?.type ?? "unknown", bytes.length);
      const cost = messageCost(message, bytes.length, limits, (topic) => rooms.subscribersOf(topic));
      if (message?.type === "relay" && this.#context.relay !== undefined) {
        this.#relay(message, cost, this.#context.relay, performance.now());
      } else {
        this.#meter.charge(cost, performance.now());
        if (message !== undefined) this.#act(message);
      }
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      // Where there is no room the client is not at fault.
      if (error.code !== CLOSE_CODES.tryAgainLater) this.#offend();
      this.#violate(error);
    }
  }

  throttled(): void {
    this.#context.metrics.throttled.inc();
  }

  #act(message: ClientMessage): void {
    switch (message.type) {
      case "subscribe":
        this.#active = true;
        return this.#subscribe(message);
      case "unsubscribe":
        for (const topic of message.topics) this.#leave(topic);
        return;
      case "publish":
        this.#active = true;
        this.#requireAllowed(message.topic);
        return this.#context.rooms.publish(message, this.from);
      case "relay":
        // As by servers that do not know it.
        return;
      case "ping":
        return this.send(encode({ type: "pong" }));
    }
  }

  /** Instead of from the socket's own tokens, which are for signaling: data in plenty does not hold that up. The address pays for both. */
  #relay(message: RelayMessage, cost: number, offer: RelayOffer, nowMs: number): void {
    this.#requireAllowed(message.topic);
    this.#relayBudget ??= new RelayBudget(offer, nowMs);
    const waitMs = this.#relayBudget.spend(message, nowMs);
    this.#meter.chargeAddress(cost, waitMs, nowMs);
    this.#context.metrics.relayedBytes.inc(message.data.length);
    this.#context.rooms.publish(message, this.from);
  }

  #subscribe({ topics, nodeId }: SubscribeMessage): void {
    const { rooms, limits, turn, relay } = this.#context;
    const { account, admission, authorized } = this.visitor;
    for (const topic of topics) this.#requireAllowed(topic);
    const added = topics.filter((topic) => !this.#topics.has(topic)).length;
    if (this.#topics.size + added > limits.maxTopicsPerSocket) {
      const reason = `a socket may subscribe to at most ${limits.maxTopicsPerSocket} topics`;
      throw new Violation(CLOSE_CODES.policyViolation, reason);
    }
    if (account.subscriptions + added > limits.maxSubscriptionsPerAddress) {
      throw new Violation(CLOSE_CODES.tryAgainLater, "this address has as many subscriptions as it may have");
    }
    if (nodeId !== undefined) {
      this.#isVecmesh = true;
      const offer = { turn: authorized ? turn : undefined, relay, subject: admission.subject ?? this.from };
      if (isWorthTelling(offer)) this.#welcome ??= new Welcome(this, offer, Date.now());
    }
    for (const topic of topics) {
      rooms.join(topic, this, nodeId);
      if (this.#topics.has(topic)) continue;
      this.#topics.add(topic);
      account.subscriptions++;
    }
  }

  #leave(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.visitor.account.subscriptions--;
    this.#context.rooms.leave(topic, this);
  }

  #requireAllowed(topic: string): void {
    const { allowsTopic } = this.visitor.admission;
    if (allowsTopic !== undefined && !allowsTopic(topic)) {
      throw new Violation(CLOSE_CODES.forbidden, "the token does not allow this topic");
    }
  }

  #violate(violation: Violation): void {
    this.#context.metrics.closed(String(violation.code));
    this.#context.violated(violation, this.visitor.address);
    this.close(violation.code, violation.message);
  }

  /** ws has begun to close the socket with the code that fits, and would read on: a message of five megabytes to its end. */
  #invalidFrame(): void {
    this.#context.metrics.closed("invalid-frame");
    this.#offend();
    this.#meter.end();
    // ws resumes reading in the next tick, which was asked for before this.
    process.nextTick(() => this.#stopReading());
    this.#terminateAfterGrace();
  }

  #offend(): void {
    this.#offended = true;
    this.visitor.account.bucket.spend(this.#context.limits.tokensPerViolation, performance.now());
  }

  /** What the client sends is left to the system, which stops it. It is told of the end by what was sent. */
  #stopReading(): void {
    this.#socket.pause();
    this.#stream.end();
  }

  #terminateAfterGrace(): void {
    this.#graceTimer ??= setTimeout(() => this.#socket.terminate(), this.#context.limits.closeGraceMs);
  }

  #dispose(): void {
    clearTimeout(this.#graceTimer);
    this.#meter.end();
    this.#queue.dispose();
    for (const topic of this.#topics) this.#leave(topic);
    this.#context.ended(this);
  }
}
