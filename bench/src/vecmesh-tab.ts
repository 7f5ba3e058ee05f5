import { Replicator, type ReplicaInfo } from "@vecmesh/sdk";
import type { ConnectionLog, ConnectionWatch, WireBytes } from "./connection-log.ts";
import { until } from "./until.ts";
import { idOf, vectorsOf, type VectorSource } from "./vectors.ts";

export interface VecmeshOptions {
  readonly room: string;
  readonly signaling: string;
}

/** Milliseconds. */
export interface CatchUp {
  /** From the call of `start` until every entry was durable here. */
  readonly fromStartMs: number;
  /** From the opening of the data channel until then. */
  readonly fromChannelMs: number;
}

/** Entries written at once while a tab is filled. */
const LOAD_BATCH = 1000;

/** A replica of vecmesh, with everything by its defaults, stored in this profile. */
export class VecmeshTab {
  readonly #options: VecmeshOptions;
  readonly #watch: ConnectionWatch;
  #replicator: Replicator;

  private constructor(options: VecmeshOptions, replicator: Replicator, watch: ConnectionWatch) {
    this.#options = options;
    this.#replicator = replicator;
    this.#watch = watch;
  }

  static async open(options: VecmeshOptions, connections: ConnectionLog): Promise<VecmeshTab> {
    const replicator = await Replicator.create(options);
    // What goes wrong while something is measured is the page's error, and the runner's: a figure would hide it.
    replicator.on("error", ({ error }) => reportError(error));
    return new VecmeshTab(options, replicator, connections.watch());
  }

  async load(source: VectorSource): Promise<void> {
    const vectors = await vectorsOf(source);
    for (let from = 0; from < vectors.length; from += LOAD_BATCH) {
      const batch = vectors.slice(from, from + LOAD_BATCH).map((vector, i) => ({ id: idOf(from + i), vector }));
      await this.#replicator.writeBatch(batch, { consistency: "one" });
    }
  }

  async start(): Promise<void> {
    await this.#replicator.start();
  }

  /** Starts, and waits until so many entries are durable here. */
  async catchUp(source: VectorSource): Promise<CatchUp> {
    const started = performance.now();
    await this.#replicator.start();
    await until(async () => (await this.#replicator.count()) >= source.count);
    // Sync may commit without waiting for the disk; a write of this replica's own waits for it, and for all that went before.
    await this.#replicator.write({ id: "last", vector: new Float32Array(source.dimensions) }, { consistency: "one" });
    const durable = performance.now();
    return { fromStartMs: durable - started, fromChannelMs: durable - (await this.#watch.channelOpened) };
  }

  /** Closes the store and opens it again. */
  async reopen(): Promise<void> {
    const { replicaName } = this.#replicator;
    await this.#replicator.close();
    this.#replicator = await Replicator.create({ ...this.#options, replicaName });
  }

  /** Opens the store anew, and compares every entry bit by bit. */
  async verifyStored(source: VectorSource): Promise<void> {
    await this.reopen();
    await this.verify(source);
  }

  async verify(source: VectorSource): Promise<void> {
    const vectors = await vectorsOf(source);
    const expected = new Map(vectors.map((vector, i) => [idOf(i), vector]));
    for await (const { id, vector } of this.#replicator.entries()) {
      const sent = expected.get(id);
      if (sent === undefined) continue;
      if (sent.length !== vector.length || sent.some((component, i) => component !== vector[i])) {
        throw new Error(`vecmesh: the vector of ${id} is not what was written`);
      }
      expected.delete(id);
    }
    if (expected.size > 0) throw new Error(`vecmesh: ${expected.size} of ${source.count} entries are not stored`);
  }

  /** Waits until this replica and another one are voters and can reach each other: a quorum of three. */
  async quorum(): Promise<void> {
    const counts = (replica: ReplicaInfo): boolean => replica.role === "voter" && replica.status === "healthy";
    await until(async () => (await this.#replicator.replicas()).filter(counts).length >= 2);
  }

  /** Writes one entry; how long it took until a quorum had it, milliseconds. */
  async quorumWrite(index: number, vector: Float32Array): Promise<number> {
    const started = performance.now();
    await this.#replicator.write({ id: idOf(index), vector }, { consistency: "quorum" });
    return performance.now() - started;
  }

  /** One write an entry, none waiting for the one before. What is returned writes; it resolves when all are durable here. */
  async prepareWrites(source: VectorSource): Promise<() => Promise<void>> {
    const vectors = await vectorsOf(source);
    return async () => {
      await Promise.all(
        vectors.map((vector, i) => this.#replicator.write({ id: idOf(i), vector }, { consistency: "one" })),
      );
    };
  }

  /** Resolves with `performance.now()` when `changes` has told of every entry. */
  async showsAll({ count }: VectorSource): Promise<number> {
    const shown = new Set<string>();
    for await (const { id } of this.#replicator.changes()) {
      shown.add(id);
      if (shown.size >= count) break;
    }
    return performance.now();
  }

  wireBytes(): Promise<WireBytes> {
    return this.#watch.wireBytes();
  }

  async close(): Promise<void> {
    await this.#replicator.deleteStore();
  }
}
