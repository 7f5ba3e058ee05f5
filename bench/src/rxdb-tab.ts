import { createRxDatabase, type RxCollection, type RxDatabase } from "rxdb";
import {
  getConnectionHandlerSimplePeer,
  replicateWebRTC,
  type RxWebRTCReplicationPool,
  type SimplePeer,
} from "rxdb/plugins/replication-webrtc";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";
import { until } from "./until.ts";
import { idOf, vectorsOf, type VectorSource } from "./vectors.ts";

export interface RxdbOptions {
  /** RxDB's signaling server refuses topics of five letters and less. */
  readonly room: string;
  /** RxDB's own kind of server. */
  readonly signaling: string;
}

/** Base64 is the shorter of the ways in which JSON can carry floats; arrays of numbers are about four times as long. */
interface Entry {
  readonly id: string;
  readonly vector: string;
}

/** Documents that cross in one request: about 400 KB. With the default, 20, 5,000 documents would wait for 250 answers. */
const BATCH_SIZE = 200;

/** An RxDB collection, stored by Dexie and kept equal by RxDB's replication over WebRTC. */
export class RxdbTab {
  readonly #options: RxdbOptions;
  readonly #database: RxDatabase;
  readonly #entries: RxCollection<Entry>;
  #pool: RxWebRTCReplicationPool<Entry, SimplePeer> | undefined;

  private constructor(options: RxdbOptions, database: RxDatabase, entries: RxCollection<Entry>) {
    this.#options = options;
    this.#database = database;
    this.#entries = entries;
  }

  static async open(options: RxdbOptions): Promise<RxdbTab> {
    provideNextTick();
    // One tab a profile: no other instance to elect a leader with.
    const database = await createRxDatabase({
      name: options.room,
      storage: getRxStorageDexie(),
      multiInstance: false,
    });
    const { entries } = await database.addCollections({
      entries: {
        schema: {
          version: 0,
          primaryKey: "id",
          type: "object",
          properties: { id: { type: "string", maxLength: 100 }, vector: { type: "string" } },
          required: ["id", "vector"],
        },
      },
    });
    return new RxdbTab(options, database, entries);
  }

  async load(source: VectorSource): Promise<void> {
    const vectors = await vectorsOf(source);
    const { error } = await this.#entries.bulkInsert(
      vectors.map((vector, i) => ({ id: idOf(i), vector: text(vector) })),
    );
    if (error.length > 0) throw new Error(`RxDB refused ${error.length} of ${vectors.length} documents`);
  }

  async start(): Promise<void> {
    this.#pool = await replicateWebRTC<Entry, SimplePeer>({
      collection: this.#entries,
      topic: this.#options.room,
      connectionHandlerCreator: getConnectionHandlerSimplePeer({
        signalingServerUrl: this.#options.signaling,
        config: { iceServers: [] },
      }),
      pull: { batchSize: BATCH_SIZE },
      push: { batchSize: BATCH_SIZE },
    });
  }

  /** Starts, and waits until every entry is stored here. Milliseconds; `null` when that takes longer than `limitMs`. */
  async catchUp({ count }: VectorSource, limitMs: number): Promise<number | null> {
    let stored = 0;
    const events = this.#entries.eventBulks$.subscribe(({ events: bulk }) => (stored += bulk.length));
    const started = performance.now();
    await this.start();
    const ended = await until(() => stored >= count || performance.now() - started > limitMs);
    events.unsubscribe();
    return stored >= count ? ended - started : null;
  }

  async verify(source: VectorSource): Promise<void> {
    const documents = await this.#entries.find().exec();
    const stored = new Map(documents.map(({ id, vector }) => [id, vector]));
    for (const [i, vector] of (await vectorsOf(source)).entries()) {
      if (stored.get(idOf(i)) !== text(vector))
        throw new Error(`RxDB: the vector of ${idOf(i)} is not what was written`);
    }
  }

  async close(): Promise<void> {
    await this.#pool?.cancel();
    await this.#database.remove();
  }
}

function text(vector: Float32Array<ArrayBuffer>): string {
  return btoa(String.fromCharCode(...new Uint8Array(vector.buffer)));
}

/** RxDB's WebRTC plugin refuses to start without Node's `process.nextTick`, and leaves it to the page to have one. */
function provideNextTick(): void {
  const nextTick = (callback: (...args: unknown[]) => void, ...args: unknown[]): void =>
    queueMicrotask(() => callback(...args));
  Object.assign(globalThis, { process: { nextTick } });
}
