import type { Redis } from "ioredis";

/** So many channels a command when all are subscribed to again: a command of all would hold up Redis. */
const CHANNELS_PER_COMMAND = 1000;

/** Which channels one connection is subscribed to, and again after each reconnection. */
export class RedisChannels {
  readonly #redis: Redis;
  /** By channel, how many want it. */
  readonly #wanted = new Map<string, number>();
  /** Subscriptions that Redis has not confirmed. They resolve also when it fails; the connection is then given up. */
  readonly #pending = new Map<string, Promise<void>>();
  #isReady = true;
  #ready: () => void = () => {};

  /** @param redis connected */
  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on("close", () => (this.#isReady = false));
    redis.on("ready", () => void this.#resubscribe());
  }

  /** Whether everything that is wanted has been subscribed to since the last reconnection. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Sets what is called when it has become so again. */
  onReady(ready: () => void): void {
    this.#ready = ready;
  }

  /** Returns what leaves it again. */
  join(channel: string): () => void {
    const count = this.#wanted.get(channel) ?? 0;
    this.#wanted.set(channel, count + 1);
    if (count === 0 && this.#redis.status === "ready") {
      const pending = this.#subscribe([channel]).then(() => {
        if (this.#pending.get(channel) === pending) this.#pending.delete(channel);
      });
      this.#pending.set(channel, pending);
    }
    return () => this.#leave(channel);
  }

  /** Settled when messages on the channel arrive here; undefined when they do, or when nobody here wants any. */
  pending(channel: string): Promise<void> | undefined {
    return this.#pending.get(channel);
  }

  #leave(channel: string): void {
    const count = (this.#wanted.get(channel) ?? 0) - 1;
    if (count > 0) return void this.#wanted.set(channel, count);
    this.#wanted.delete(channel);
    // A connection that is not there has nothing to unsubscribe from.
    this.#redis.unsubscribe(channel).catch(() => {});
  }

  async #resubscribe(): Promise<void> {
    const channels = [...this.#wanted.keys()];
    while (channels.length > 0) await this.#subscribe(channels.splice(0, CHANNELS_PER_COMMAND));
    if (this.#redis.status !== "ready") return;
    this.#isReady = true;
    this.#ready();
  }

  /** A subscription that fails leaves a room deaf, so the connection is begun anew. */
  async #subscribe(channels: readonly string[]): Promise<void> {
    try {
      await this.#redis.subscribe(...channels);
    } catch {
      this.#redis.disconnect(true);
    }
  }
}
