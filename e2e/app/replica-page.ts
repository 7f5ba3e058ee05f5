import {
  type ConsistencyLevel,
  isReplicationError,
  type JsonObject,
  type JsonValue,
  type ReplicationConfig,
  type ReplicationEvent,
  Replicator,
} from "@vecmesh/sdk";
import { authorOf, keptIdentity } from "./kept-identity.ts";
import { loadWords } from "./words.ts";
import { WriteStream } from "./write-stream.ts";

declare global {
  interface Window {
    readonly app: ReplicaPage;
  }
}

/** How a call ended, in plain data: an error that crosses into the test as itself would lose its code and facts. */
export type Outcome<T> = { readonly value: T } | { readonly error: Readonly<Record<string, JsonValue>> };

/** An entry in plain data. */
export interface PlainEntry {
  readonly id: string;
  readonly metadata: JsonObject;
  readonly vector: readonly number[];
  readonly dots: readonly unknown[];
  readonly timestamp: number;
}

/** A configuration in plain data. */
export type PageConfig = ReplicationConfig & {
  /** The name of an author whose keys this browser keeps: entries are signed. */
  readonly signedBy?: string;
  /** Everybody may write ids that begin with their own key, and no others. */
  readonly ownKeysOnly?: boolean;
};

/** What a page knows, for the reader of a test that failed. */
export interface Account {
  readonly replicas: readonly JsonObject[];
  /** The last of them, each with its milliseconds since the page was loaded. */
  readonly events: readonly JsonObject[];
}

/** More of them than a test's beginning and end would fill a screen. */
const ACCOUNT_EVENTS = 30;
/** Entries in one local transaction. */
const WRITE_CHUNK = 500;

/** What tests reach through `page.evaluate`: the SDK, as it is, and what they would otherwise repeat. */
class ReplicaPage {
  readonly #events: { readonly at: number; readonly event: ReplicationEvent }[] = [];
  #replica: Replicator | undefined;
  #stream: WriteStream | undefined;

  get replica(): Replicator {
    if (this.#replica === undefined) throw new Error("No replica is open in this tab.");
    return this.#replica;
  }

  /** Creates the replica and records its events from then on. */
  async open({ signedBy, ownKeysOnly, ...config }: PageConfig): Promise<void> {
    const identity = signedBy === undefined ? undefined : await keptIdentity(signedBy);
    const replica = await Replicator.create({
      ...config,
      ...(identity && { identity }),
      ...(ownKeysOnly && { authorize: ({ id }, author) => id.startsWith(`${author}/`) }),
    });
    this.#replica = replica;
    // More than any test raises: none may be missing.
    void this.#record(replica.events({ capacity: 100_000 }));
  }

  async outcome<T>(call: () => Promise<T>): Promise<Outcome<T>> {
    try {
      return { value: await call() };
    } catch (error) {
      if (!isReplicationError(error)) throw error;
      return { error: plainError(error) };
    }
  }

  /** Of the author of that name, whose keys this browser keeps. */
  async author(name: string): Promise<string> {
    return authorOf(await keptIdentity(name));
  }

  /** Every recorded event of that type, in plain data. */
  events(type: ReplicationEvent["type"]): JsonObject[] {
    return this.#events.filter(({ event }) => event.type === type).map(({ event }) => plainEvent(event));
  }

  async account(): Promise<Account> {
    return {
      replicas: (await this.replica.replicas()).map(plain),
      events: this.#events.slice(-ACCOUNT_EVENTS).map(({ at, event }) => ({ at, ...plainEvent(event) })),
    };
  }

  /** Everything that the replica shows, ordered by id. */
  async contents(): Promise<PlainEntry[]> {
    const contents: PlainEntry[] = [];
    for await (const { id, metadata, vector, dots, timestamp } of this.replica.entries()) {
      contents.push({ id, metadata, vector: [...vector], dots, timestamp });
    }
    return contents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Writes the most frequent words with their meanings, at `one`. */
  async writeWords(count: number): Promise<void> {
    await this.replica.writeBatch(await loadWords(count), { consistency: "one" });
  }

  /** Writes entries of random components, named by their number. */
  async writeRandom(
    first: number,
    count: number,
    dimensions: number,
    consistency: ConsistencyLevel = "one",
  ): Promise<void> {
    for (let from = first; from < first + count; from += WRITE_CHUNK) {
      const entries = Array.from({ length: Math.min(WRITE_CHUNK, first + count - from) }, (_, i) => ({
        id: `entry ${from + i}`,
        vector: Float32Array.from({ length: dimensions }, () => Math.random() - 0.5),
      }));
      await this.replica.writeBatch(entries, { consistency, timeoutMs: 30_000 });
    }
  }

  startStream(name: string, consistency: ConsistencyLevel): void {
    this.#stream = new WriteStream(this.replica, name, consistency);
  }

  /** Resolves when its last write has ended. */
  async stopStream(): Promise<void> {
    await this.#stream?.stop();
  }

  /** The words nearest in meaning to one that another tab may have written. */
  async wordsLike(word: string, k: number): Promise<string[]> {
    const entry = await this.replica.get(word);
    if (entry === undefined) return [];
    return (await this.replica.search(entry.vector, { k })).map((hit) => hit.id);
  }

  async #record(events: AsyncIterable<ReplicationEvent>): Promise<void> {
    for await (const event of events) this.#events.push({ at: Math.round(performance.now()), event });
  }
}

function plainEvent(event: ReplicationEvent): JsonObject {
  return event.type === "error" ? plainError(event.error) : plain(event);
}

function plainError(error: Error): JsonObject {
  // An error's message is not among its enumerable members.
  return plain(Object.assign({ message: error.message }, error));
}

/** Without what only a page can hold: a cause, a vector. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

Object.defineProperty(window, "app", { value: new ReplicaPage() });
