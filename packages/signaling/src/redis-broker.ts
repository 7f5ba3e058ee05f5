import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { type Broker, InProcessBroker, type RoomMessage } from "./broker.ts";
import { type Logger, SILENT_LOGGER } from "./logger.ts";
import { RedisChannels } from "./redis-channels.ts";

export interface RedisBrokerOptions {
  /** `redis:` or `rediss:`, with user and password where needed. */
  readonly url: string;
  /** Begins the names of the channels: servers with one prefix share their rooms. Default `vecmesh-signaling:`. */
  readonly prefix?: string;
  readonly logger?: Logger;
}

export const DEFAULT_REDIS_PREFIX = "vecmesh-signaling:";
/** What Redis has not answered by then is given up as lost. */
const COMMAND_TIMEOUT_MS = 5000;
/** Reconnections are this far apart at most. */
const MAX_RETRY_MS = 2000;
const CARRIED_TYPES: ReadonlySet<unknown> = new Set<RoomMessage["type"]>(["publish", "relay", "left"]);
/** What waits for Redis at most. It is some seconds of a busy server's; a Redis that is slower than that is too slow. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * Joins the rooms of several servers by Redis's pub/sub. While Redis is away, each server's clients meet only each other; what
 * cannot be told is lost, and `onGap` says so when it is back. Who can write to that Redis can speak for any client.
 */
export class RedisBroker implements Broker {
  readonly #id = randomUUID();
  readonly #own = new InProcessBroker();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #channels: RedisChannels;
  readonly #prefix: string;
  #waitingBytes = 0;
  #gap = false;
  readonly #gapListeners = new Set<() => void>();

  /**
   * Connects.
   * @throws Error when Redis cannot be reached or refuses, at the first attempt; later it is tried for ever.
   */
  static async connect({
    url,
    prefix = DEFAULT_REDIS_PREFIX,
    logger = SILENT_LOGGER,
  }: RedisBrokerOptions): Promise<RedisBroker> {
    const connections = [0, 1].map(() => openConnection(url, logger)) as [Redis, Redis];
    try {
      await Promise.all(connections.map((connection) => connection.connect()));
    } catch (error) {
      for (const connection of connections) connection.disconnect();
      throw new Error(`Redis cannot be reached: ${(error as Error).message}`, { cause: error });
    }
    return new RedisBroker(...connections, prefix);
  }

  private constructor(publisher: Redis, subscriber: Redis, prefix: string) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#prefix = prefix;
    this.#channels = new RedisChannels(subscriber);
    subscriber.on("message", (channel, text) => this.#receive(channel, text));
    for (const connection of [publisher, subscriber]) {
      connection.on("close", () => (this.#gap = true));
    }
    publisher.on("ready", () => this.#tellWhenWhole());
    this.#channels.onReady(() => this.#tellWhenWhole());
  }

  onGap(healed: () => void): () => void {
    this.#gapListeners.add(healed);
    return () => this.#gapListeners.delete(healed);
  }

  publish(topic: string, message: RoomMessage): void {
    this.#own.publish(topic, message);
    const channel = this.#prefix + topic;
    const text = JSON.stringify({ server: this.#id, message });
    if (this.#waitingBytes + text.length > MAX_WAITING_BYTES) {
      this.#gap = true;
      return;
    }
    this.#waitingBytes += text.length;
    const pending = this.#channels.pending(channel);
    const sent =
      pending === undefined
        ? this.#publisher.publish(channel, text)
        : pending.then(() => this.#publisher.publish(channel, text));
    sent.then(
      () => this.#settled(text.length, true),
      () => this.#settled(text.length, false),
    );
  }

  subscribe(topic: string, listener: (message: RoomMessage) => void): () => void {
    const end = this.#own.subscribe(topic, listener);
    const leave = this.#channels.join(this.#prefix + topic);
    return () => {
      end();
      leave();
    };
  }

  /** Ends both connections. */
  close(): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  #receive(channel: string, text: string): void {
    const { server, message } = parseCarried(text) ?? {};
    // What its own clients publish they have heard already.
    if (message !== undefined && server !== this.#id) this.#own.publish(channel.slice(this.#prefix.length), message);
  }

  #settled(bytes: number, arrived: boolean): void {
    this.#waitingBytes -= bytes;
    if (arrived) this.#tellWhenWhole();
    else this.#gap = true;
  }

  #tellWhenWhole(): void {
    if (!this.#gap || this.#publisher.status !== "ready" || !this.#channels.isReady) return;
    this.#gap = false;
    for (const healed of this.#gapListeners) healed();
  }
}

function openConnection(url: string, logger: Logger): Redis {
  const connection = new Redis(url, {
    lazyConnect: true,
    // Nothing is kept for a Redis that is away: it would come late, and take memory without a bound.
    enableOfflineQueue: false,
    // Sent again, a message could arrive twice.
    autoResendUnfulfilledCommands: false,
    // RedisChannels does it.
    autoResubscribe: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempts) => Math.min(100 * attempts, MAX_RETRY_MS),
  });
  let ready = true;
  connection.on("ready", () => {
    if (!ready) logger.info({}, "Redis is back");
    ready = true;
  });
  connection.on("error", (error: Error) => {
    if (ready) logger.error({ error: error.message }, "Redis is away: rooms are not joined with other servers'");
    ready = false;
  });
  return connection;
}

function parseCarried(text: string): { server: string; message: RoomMessage } | undefined {
  try {
    const { server, message } = JSON.parse(text) as { server: unknown; message: Partial<RoomMessage> | null };
    const valid = typeof message?.topic === "string" && typeof message.from === "string";
    if (typeof server !== "string" || !valid || !CARRIED_TYPES.has(message.type)) return undefined;
    return { server, message: message as RoomMessage };
  } catch {
    return undefined;
  }
}
