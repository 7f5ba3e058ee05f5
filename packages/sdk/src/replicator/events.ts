import { callListener } from "./call-listener.ts";
import { closableIterator } from "./closable-iterator.ts";
import type { NodeId } from "../core/node-id.ts";
import type { ReplicaStatus } from "../core/effects.ts";
import type { ReplicationError } from "../core/replication-error.ts";
import type { Resolved, Version } from "../core/conflict-resolution.ts";

/** What a replica tells beside the outcomes of calls. */
export type ReplicationEvent =
  /** A session with a peer brought `entries` versions. */
  | { readonly type: "synced"; readonly nodeId: NodeId; readonly entries: number }
  /** Concurrent writes to one id have met; `resolution` is what the id shows. */
  | {
      readonly type: "conflict";
      readonly id: string;
      readonly siblings: readonly Version[];
      readonly resolution: Resolved;
    }
  | { readonly type: "replica"; readonly nodeId: NodeId; readonly status: ReplicaStatus }
  /** Whether a data quorum of voters can be reached. */
  | { readonly type: "quorum"; readonly available: boolean }
  | { readonly type: "replicaSet"; readonly epoch: number; readonly voters: readonly NodeId[] }
  /** `maxBytesPerSecond` holds replication back from now on. */
  | { readonly type: "throttled" }
  /** A peer's clock is more than five minutes ahead of this one's. */
  | { readonly type: "clockSkew"; readonly nodeId: NodeId }
  /** This reader was too slow: `dropped` events are missing here. */
  | { readonly type: "overflow"; readonly dropped: number }
  | { readonly type: "error"; readonly error: ReplicationError };

export type EventType = ReplicationEvent["type"];
export type EventOf<T extends EventType> = Extract<ReplicationEvent, { readonly type: T }>;

/** Events kept for a reader that is not reading: some seconds of a busy room. */
export const DEFAULT_EVENT_CAPACITY = 256;

interface Reader {
  readonly capacity: number;
  readonly waiting: ReplicationEvent[];
  dropped: number;
  wake: () => void;
}

export class EventHub {
  readonly #listeners = new Map<EventType, Set<(event: never) => void>>();
  readonly #readers = new Set<Reader>();
  #closed = false;

  publish(event: ReplicationEvent): void {
    for (const listener of this.#listeners.get(event.type) ?? [])
      callListener(() => (listener as (event: ReplicationEvent) => void)(event));
    for (const reader of this.#readers) {
      if (reader.waiting.length < reader.capacity) reader.waiting.push(event);
      else reader.dropped++;
      reader.wake();
    }
  }

  on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void, signal?: AbortSignal): () => void {
    if (signal?.aborted === true) return () => undefined;
    let ofType = this.#listeners.get(type);
    if (ofType === undefined) this.#listeners.set(type, (ofType = new Set()));
    // A wrapper of its own, so that one function added twice is called and removed twice.
    const entry = (event: EventOf<T>): void => listener(event);
    ofType.add(entry);
    const off = (): void => {
      ofType.delete(entry);
      signal?.removeEventListener("abort", off);
    };
    signal?.addEventListener("abort", off);
    return off;
  }

  /** Begins to collect at once, so that nothing between this call and the first `next` is missed. */
  read(capacity: number, signal?: AbortSignal): AsyncIterableIterator<ReplicationEvent> {
    const reader: Reader = { capacity, waiting: [], dropped: 0, wake: () => undefined };
    this.#readers.add(reader);
    return closableIterator((ending) => {
      const end = (): void => {
        this.#readers.delete(reader);
        reader.wake();
      };
      if (ending.aborted) end();
      else ending.addEventListener("abort", end, { once: true });
      return this.#iterate(reader);
    }, signal);
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    for (const reader of this.#readers) reader.wake();
  }

  async *#iterate(reader: Reader): AsyncGenerator<ReplicationEvent, void> {
    for (;;) {
      for (let event = reader.waiting.shift(); event !== undefined; event = reader.waiting.shift()) yield event;
      if (reader.dropped > 0) {
        const dropped = reader.dropped;
        reader.dropped = 0;
        yield { type: "overflow", dropped };
      } else if (this.#closed || !this.#readers.has(reader)) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
      }
    }
  }
}
