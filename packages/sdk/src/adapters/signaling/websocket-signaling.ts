import type { ClientMessage, PublishMessage } from "@vecmesh/signaling/protocol";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Relay } from "../relay/relay.ts";
import { ServerRelay } from "../relay/server-relay.ts";
import { Liveness } from "../webrtc/liveness.ts";
import { askForRefusal } from "./admission.ts";
import { Backoff, jittered } from "./backoff.ts";
import { parseLetter, type Instance, type Letter } from "./envelope.ts";
import { parseServerNotice } from "./server-notice.ts";
import {
  deliver,
  type Signaling,
  type SignalingChannel,
  type SignalingEvents,
  type SignalingSelf,
} from "./signaling.ts";
import { asCount, parseTopicMessage, type Roster } from "./topic-message.ts";

export interface WebSocketSignalingOptions {
  /** `ws:` or `wss:`. */
  readonly url: string;
  /** Shown to the server as `?token=`; a function is asked afresh at each connection. */
  readonly token?: string | (() => Promise<string>) | undefined;
  readonly runtime: Runtime;
  readonly WebSocket: typeof WebSocket;
  /** Whether to have the server pass on packets where it does. Default false. */
  readonly relay?: boolean;
  /** Told of the TURN servers that the server offers, anew whenever their credentials are. */
  readonly offered?: (iceServers: readonly RTCIceServer[]) => void;
}

/** How the server closes the socket of a client whose token it does not take any more, e.g. as it has expired. */
const UNAUTHORIZED_CLOSE_CODE = 4401;
/** How it closes that of a client whose token is for other rooms. */
const FORBIDDEN_CLOSE_CODE = 4403;
/** A token that was refused is hardly accepted a second later, and each try costs the server a look at it. */
const UNAUTHORIZED_RETRY_MS = 60_000;
/** The first retry soon, since servers restart; the cap keeps a room's tabs from hammering one that stays down. */
const RETRY: { firstMs: number; capMs: number } = { firstMs: 1000, capMs: 30_000 };
/** A socket that lasted so long was a success: the next failure starts the backoff anew. */
const STABLE_MS = 10_000;
/** Browsers wait for minutes on an address that answers nothing. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Proxies commonly cut a connection that was idle for 60 s. */
const IDLE_MS = 25_000;
const ANSWER_MS = 15_000;
/** A topic of the server's has at most 1,000 subscribers. */
const MAX_ROUTES = 1000;

/** Finds peers through one signaling server; reconnects for ever. The topic is apart from those of y-webrtc applications. */
export function webSocketSignaling(options: WebSocketSignalingOptions): Signaling {
  return { open: (room, self, events) => new WebSocketChannel(options, `vecmesh:${room}`, self, events) };
}

class WebSocketChannel implements SignalingChannel {
  readonly #options: WebSocketSignalingOptions;
  readonly #topic: string;
  readonly #self: SignalingSelf;
  readonly #events: SignalingEvents;
  readonly #backoff: Backoff;
  /** The server's names for the sockets of those heard from, newest last. */
  readonly #routes = new Map<Instance, string>();
  #size = 0;
  readonly #relay: ServerRelay | undefined;
  #socket: WebSocket | undefined;
  /** The server has said who is there. */
  #listed = false;
  #liveness: Liveness | undefined;
  #openedAt: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #toldUnreachable = false;
  /** When the server asked this client to come back, if it ends this socket. */
  #retryAfterMs: number | undefined;
  /** Tells the outcomes of attempts that were given up from the current one's. */
  #attempt = 0;
  /** Between two attempts. */
  #waiting = false;
  #closed = false;

  constructor(options: WebSocketSignalingOptions, topic: string, self: SignalingSelf, events: SignalingEvents) {
    this.#options = options;
    this.#topic = topic;
    this.#self = self;
    this.#events = events;
    this.#backoff = new Backoff(options.runtime, RETRY);
    if (options.relay === true) {
      this.#relay = new ServerRelay({
        runtime: options.runtime,
        routeTo: (instance) => this.#routes.get(instance),
        post: (to, data) => this.#post({ type: "relay", topic, to, data }),
      });
    }
    void this.#connect();
  }

  get size(): number {
    return this.#size;
  }

  refresh(): void {
    this.#subscribe();
  }

  get relay(): Relay | undefined {
    return this.#relay;
  }

  send(letter: Letter): void {
    const to = letter.to === undefined ? undefined : this.#routes.get(letter.to);
    const message: PublishMessage = { type: "publish", topic: this.#topic, vecmesh: letter };
    this.#post(to === undefined ? message : { ...message, to });
  }

  wake(): void {
    if (this.#liveness !== undefined) this.#liveness.check();
    else if (this.#waiting) this.#retry(0);
  }

  close(): void {
    this.#closed = true;
    this.#attempt++;
    this.#dropSocket();
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    const { url, token, runtime } = this.#options;
    this.#cancelTimer = runtime.setTimer(() => {
      this.#attempt++;
      this.#lost();
    }, CONNECT_TIMEOUT_MS);
    try {
      const address = new URL(url);
      const shown = typeof token === "function" ? await token() : token;
      if (attempt !== this.#attempt) return;
      if (shown !== undefined) address.searchParams.set("token", shown);
      this.#socket = new this.#options.WebSocket(address);
      this.#listen(this.#socket, address);
    } catch (error) {
      // The token function failed, or the browser forbids the address, e.g. ws: from a page served over https:.
      if (attempt === this.#attempt) this.#failed(error);
    }
  }

  #listen(socket: WebSocket, address: URL): void {
    const current = (): boolean => socket === this.#socket;
    socket.addEventListener("open", () => {
      if (current()) this.#opened();
    });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!current()) return;
      this.#liveness?.heard();
      this.#received(data);
    });
    // What it says is told by `close` as well; without a listener, Node's `ws` throws it.
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", ({ code, reason }) => {
      if (current()) void this.#socketClosed(code, reason, address);
    });
  }

  async #socketClosed(code: number, reason: string, address: URL): Promise<void> {
    if (code === FORBIDDEN_CLOSE_CODE) return this.#refused(reason);
    if (code === UNAUTHORIZED_CLOSE_CODE) {
      // One that was good for a while has expired: the next may be good.
      return this.#wasStable() && typeof this.#options.token === "function" ? this.#lost() : this.#refused(reason);
    }
    if (this.#openedAt !== undefined) return this.#lost();
    // The answer has come, and it was no. What is asked now has a time limit of its own.
    this.#endTimer();
    const attempt = this.#attempt;
    const refusal = await askForRefusal(address);
    if (attempt !== this.#attempt) return;
    if (refusal === undefined) this.#lost();
    else this.#refused(refusal.reason);
  }

  #endTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #opened(): void {
    const { runtime } = this.#options;
    this.#endTimer();
    this.#openedAt = runtime.now();
    this.#toldUnreachable = false;
    this.#liveness = new Liveness({
      runtime,
      idleMs: IDLE_MS,
      answerMs: ANSWER_MS,
      ask: () => this.#post({ type: "ping" }),
      dead: () => this.#lost(),
    });
    this.#subscribe();
  }

  /** The server lists who is there by these; NodeIds, which last, are none of its business. */
  #subscribe(): void {
    this.#post({ type: "subscribe", topics: [this.#topic], nodeId: this.#self.instance });
  }

  #received(data: unknown): void {
    const message = parseTopicMessage(data);
    if (message === undefined) return this.#noticed(data);
    if (message.topic !== this.#topic) return;
    if (message.type === "roster") return this.#took(message);
    if (message.type === "left") return this.#left(message.from);
    if (message.type === "relay") return this.#relay?.received(message.from, message.data);
    this.#size = asCount(message.clients);
    const letter = parseLetter(message["vecmesh"]);
    if (letter === undefined || letter.instance === this.#self.instance) return;
    if (letter.to !== undefined && letter.to !== this.#self.instance) return;
    this.#route(letter.instance, message.from);
    deliver(letter, this.#events);
  }

  #took({ routes, clients }: Roster): void {
    this.#size = Math.max(clients, routes.size + 1);
    for (const [instance, from] of routes) if (instance !== this.#self.instance) this.#route(instance, from);
    this.#events.present([...routes.keys()].filter((instance) => instance !== this.#self.instance));
    if (this.#listed) return;
    this.#listed = true;
    this.#events.opened();
  }

  #route(instance: Instance, from: string): void {
    this.#routes.delete(instance);
    this.#routes.set(instance, from);
    const [oldest] = this.#routes.keys();
    if (this.#routes.size > MAX_ROUTES && oldest !== undefined) this.#routes.delete(oldest);
  }

  #noticed(data: unknown): void {
    const notice = parseServerNotice(data);
    if (notice?.type === "welcome") {
      this.#options.offered?.(notice.iceServers);
      this.#relay?.offered(notice.relay);
    } else this.#retryAfterMs = notice?.afterMs ?? this.#retryAfterMs;
  }

  #left(from: string): void {
    this.#size = Math.max(1, this.#size - 1);
    this.#relay?.ended(from);
    for (const [instance, route] of this.#routes) {
      if (route !== from) continue;
      this.#routes.delete(instance);
      this.#events.lost(instance);
    }
  }

  /** The socket is gone, or could not be opened in time. */
  #lost(): void {
    const wasOpen = this.#openedAt !== undefined;
    const retryAfterMs = this.#retryAfterMs;
    if (this.#wasStable()) this.#backoff.reset();
    this.#dropSocket();
    if (wasOpen) this.#retry(retryAfterMs ?? this.#backoff.nextMs());
    else this.#failed(undefined);
  }

  #wasStable(): boolean {
    return this.#openedAt !== undefined && this.#options.runtime.now() - this.#openedAt >= STABLE_MS;
  }

  #refused(reason: string): void {
    this.#dropSocket();
    const message = `The signaling server ${this.#options.url} refuses this client (${reason}). Pass a valid \`token\`; still trying once a minute.`;
    this.#events.error(replicationError("unauthorized", message, { credential: "token" }));
    this.#retry(jittered(this.#options.runtime, UNAUTHORIZED_RETRY_MS));
  }

  #failed(cause: unknown): void {
    if (!this.#toldUnreachable) {
      this.#toldUnreachable = true;
      const { url } = this.#options;
      const message = `The signaling server ${url} cannot be reached. Still trying; peers that are connected stay so.`;
      this.#events.error(replicationError("signaling-unreachable", message, { url }, { cause }));
    }
    this.#retry(this.#backoff.nextMs());
  }

  #retry(delayMs: number): void {
    if (this.#closed) return;
    this.#cancelTimer?.();
    this.#waiting = true;
    this.#cancelTimer = this.#options.runtime.setTimer(() => {
      this.#waiting = false;
      void this.#connect();
    }, delayMs);
  }

  /** Closes the socket. Its events are ignored from here on: its `close` may be a minute away. */
  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#openedAt = undefined;
    this.#retryAfterMs = undefined;
    this.#liveness?.stop();
    this.#liveness = undefined;
    this.#endTimer();
    this.#routes.clear();
    this.#size = 0;
    this.#listed = false;
    socket?.close();
    this.#relay?.offered(undefined);
    this.#relay?.ended();
  }

  #post(message: ClientMessage): void {
    const socket = this.#socket;
    if (socket !== undefined && socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }
}
