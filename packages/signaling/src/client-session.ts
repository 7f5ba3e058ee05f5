import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { parseClientMessage } from "./client-message.ts";
import type { Limits } from "./limits.ts";
import { CLOSE_CODES, type ClientMessage, type SubscribeMessage } from "./protocol.ts";
import { encode, type Member } from "./room.ts";
import type { RoomDirectory } from "./room-directory.ts";
import { TokenBucket } from "./token-bucket.ts";
import { Violation } from "./violation.ts";

/** Unguessable, so that only those who share a topic with a socket can direct a message to it. */
const FROM_BYTES = 16;

/** One connected socket: reads its messages, keeps it to its limits, and takes it out of its rooms when it closes. */
export class ClientSession implements Member {
  readonly from: string = randomBytes(FROM_BYTES).toString("base64url");
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #rooms: RoomDirectory;
  readonly #limits: Limits;
  readonly #bucket: TokenBucket;
  readonly #topics = new Set<string>();
  #heard = true;
  #resumeTimer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, rooms: RoomDirectory, limits: Limits) {
    this.#socket = socket;
    this.#rooms = rooms;
    this.#limits = limits;
    this.#bucket = new TokenBucket(limits.burstTokens, limits.tokensPerSecond, performance.now());
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", () => (this.#heard = true));
    // An invalid frame: ws has begun to close the socket with the code that fits. It waits long for the answer.
    socket.on("error", () => this.#terminateAfterGrace());
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#dispose();
        resolve();
      });
    });
  }

  send(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame, { binary: false });
    // A close frame would queue up behind the rest: nothing reaches a reader that does not read.
    if (this.#socket.bufferedAmount > this.#limits.maxBufferedBytes) this.#socket.terminate();
  }

  /** Pings, or terminates a socket that was silent since the last ping. */
  checkAlive(): void {
    if (!this.#heard) return this.#socket.terminate();
    this.#heard = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Begins to close; `closed` settles within `closeGraceMs`. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // The client's answer has to be read, also when its messages are being held back.
    this.#socket.resume();
    this.#terminateAfterGrace();
  }

  #receive(data: RawData, isBinary: boolean): void {
    // What was in the same TCP segment as the message that closed the socket.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#heard = true;
    try {
      if (isBinary) throw new Violation(CLOSE_CODES.unsupportedData, "messages must be text frames");
      // ws gives Buffers unless told otherwise.
      const text = (data as Buffer).toString();
      const message = parseClientMessage(text, this.#limits);
      this.#charge(text.length, message);
      if (message !== undefined) this.#handle(message);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.close(error.code, error.message);
    }
  }

  #charge(length: number, message: ClientMessage | undefined): void {
    const topics = message?.type === "subscribe" || message?.type === "unsubscribe" ? message.topics.length : 0;
    const cost = 1 + topics + Math.floor(length / this.#limits.bytesPerToken);
    const waitMs = this.#bucket.spend(cost, performance.now());
    if (waitMs === 0) return;
    // Messages that ws has already read still come; they deepen the debt, and the pause is extended.
    this.#socket.pause();
    clearTimeout(this.#resumeTimer);
    this.#resumeTimer = setTimeout(() => this.#socket.resume(), waitMs);
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case "subscribe":
        return this.#subscribe(message);
      case "unsubscribe":
        for (const topic of message.topics) if (this.#topics.delete(topic)) this.#rooms.leave(topic, this);
        return;
      case "publish":
        return this.#rooms.publish(message, this.from);
      case "ping":
        return this.send(encode({ type: "pong" }));
    }
  }

  #subscribe({ topics, nodeId }: SubscribeMessage): void {
    const { maxTopicsPerSocket } = this.#limits;
    const added = topics.filter((topic) => !this.#topics.has(topic)).length;
    if (this.#topics.size + added > maxTopicsPerSocket) {
      throw new Violation(
        CLOSE_CODES.policyViolation,
        `a socket may subscribe to at most ${maxTopicsPerSocket} topics`,
      );
    }
    for (const topic of topics) {
      if (!this.#rooms.join(topic, this, nodeId)) throw new Violation(CLOSE_CODES.tryAgainLater, "the topic is full");
      this.#topics.add(topic);
    }
  }

  #terminateAfterGrace(): void {
    this.#graceTimer ??= setTimeout(() => this.#socket.terminate(), this.#limits.closeGraceMs);
  }

  #dispose(): void {
    clearTimeout(this.#resumeTimer);
    clearTimeout(this.#graceTimer);
    for (const topic of this.#topics) this.#rooms.leave(topic, this);
    this.#topics.clear();
  }
}
