import { afterEach, expect } from "vitest";
import { MemoryNetwork } from "../adapters/memory/memory-transport.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { ReplicationConfig } from "./config.ts";
import type { ReplicationEvent } from "./events.ts";
import { type Defaults, openReplicator } from "./open-replicator.ts";
import { ReplicatorBase } from "./replicator.ts";
import type { Runtime } from "../ports/runtime.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";

/** As the package's own, over a runtime that a test may choose. */
export class Replicator extends ReplicatorBase {
  static async open(config: ReplicationConfig, defaults: Defaults): Promise<Replicator> {
    return new Replicator(await openReplicator(config, defaults));
  }
}

/** One network with replicators in a room of two dimensions, all closed after the test. */
export class Room {
  readonly network: MemoryNetwork = new MemoryNetwork();
  readonly #open: Replicator[] = [];

  constructor() {
    afterEach(() => this.close());
  }

  async replicator(config: Partial<ReplicationConfig> = {}, runtime: Runtime = systemRuntime()): Promise<Replicator> {
    const defaults = { storage: () => memoryStorage(), transport: () => this.network.transport(), runtime };
    const all = { room: "room", dimensions: 2, syncIntervalMs: 20, ...config };
    const created = await Replicator.open(all, defaults);
    this.#open.push(created);
    return created;
  }

  async started(config: Partial<ReplicationConfig> = {}): Promise<Replicator> {
    const created = await this.replicator(config);
    await created.start();
    return created;
  }

  /** `count` replicators that have all enrolled each other. */
  async voters(count: number, config: Partial<ReplicationConfig> = {}): Promise<Replicator[]> {
    const replicators: Replicator[] = [];
    for (let i = 0; i < count; i++) replicators.push(await this.started(config));
    for (const each of replicators) await eventually(() => voterCount(each), count);
    return replicators;
  }

  async close(): Promise<void> {
    // What failed to close has told whoever closed it.
    await Promise.allSettled(this.#open.splice(0).map((each) => each.close()));
  }
}

export async function voterCount(of: Replicator): Promise<number> {
  const replicas = await of.replicas();
  return replicas.filter((replica) => replica.role === "voter" && replica.status !== "offline").length;
}

/** Waits until it is so. */
export async function eventually<T>(value: () => T | Promise<T>, expected: T): Promise<void> {
  await expect.poll(value, { timeout: 20_000, interval: 10 }).toEqual(expected);
}

export const vector = (...components: number[]): Float32Array => Float32Array.from(components);

/** All events of a replicator from now on. */
export function recorded(of: Replicator): ReplicationEvent[] {
  const events: ReplicationEvent[] = [];
  void (async () => {
    for await (const event of of.events({ capacity: 10_000 })) events.push(event);
  })();
  return events;
}

/** The error codes among events. */
export function errorCodes(events: readonly ReplicationEvent[]): string[] {
  return events.flatMap((event) => (event.type === "error" ? [event.error.code] : []));
}
