import { refuse } from "./config.ts";
import { norm, VectorMatrix } from "./vector-matrix.ts";
import { validateVector } from "../core/entry-validation.ts";
import type { EntryReader, StoredEntry } from "./entry-reader.ts";
import type { JsonObject } from "../core/version.ts";
import { replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";

const METRICS = ["cosine", "dot", "euclidean"] as const;
/** `cosine` and `dot`: greater is nearer. `euclidean`: the distance, smaller is nearer. */
export type Metric = (typeof METRICS)[number];

export interface SearchOptions<M extends JsonObject = JsonObject> {
  /** How many hits at most. Default 10. */
  readonly k?: number;
  /** Default 'cosine'. */
  readonly metric?: Metric;
  /** Only entries whose metadata it accepts. */
  readonly filter?: (metadata: M) => boolean;
  readonly signal?: AbortSignal;
}

export interface SearchHit<M extends JsonObject = JsonObject> {
  readonly id: string;
  /** The metric's value. */
  readonly score: number;
  readonly entry: StoredEntry<M>;
}

export const DEFAULT_K = 10;
/** Components compared between two pauses: some 5 ms of a laptop's time, so that a search over 100,000 entries holds no page up (P6). */
const COMPONENTS_PER_SLICE = 4_000_000;
/** Entries read between two pauses while the index is brought up to date. */
const REFRESH_CHUNK = 256;

/** @throws ReplicationError `invalid-config` */
function checkSearchOptions(options: { readonly k?: number; readonly metric?: Metric }): void {
  const { k, metric } = options;
  if (k !== undefined && !(Number.isInteger(k) && k >= 1)) refuse("k", "an integer of 1 or more");
  if (metric !== undefined && !METRICS.includes(metric)) refuse("metric", METRICS.join(", "));
}

interface Candidate {
  readonly id: string;
  /** Greater is nearer, whatever the metric. */
  readonly nearness: number;
}

/**
 * Exact k-nearest neighbours over the local replica: a linear scan over vectors kept in memory from the first search on.
 * Between searches only the ids that have changed are noted; the next search reads them.
 */
export class FlatSearch<M extends JsonObject> {
  readonly #reader: EntryReader<M>;
  readonly #runtime: Runtime;
  readonly #allIds: () => Iterable<string>;
  readonly #matrices = new Map<number, VectorMatrix>();
  readonly #metadata = new Map<string, { readonly metadata: M; readonly dimensions: number }>();
  #stale: Set<string> | undefined;
  /** Searches run one after another: each sees an index that no other is changing. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: EntryReader<M>, runtime: Runtime, allIds: () => Iterable<string>) {
    this.#reader = reader;
    this.#runtime = runtime;
    this.#allIds = allIds;
  }

  note(ids: ReadonlySet<string>): void {
    if (this.#stale !== undefined) for (const id of ids) this.#stale.add(id);
  }

  /** @throws ReplicationError `aborted`, also when the signal fires while earlier searches run. */
  search(query: Float32Array, options: SearchOptions<M>, dimensions: number | undefined): Promise<SearchHit<M>[]> {
    validateVector(query, dimensions);
    checkSearchOptions(options);
    // The caller may change it while earlier searches run.
    const copy = query.slice();
    const result = this.#last.then(() => this.#search(copy, options));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #search(
    query: Float32Array,
    { k = DEFAULT_K, metric = "cosine", filter, signal }: SearchOptions<M>,
  ): Promise<SearchHit<M>[]> {
    mustGoOn(signal);
    await this.#refresh(signal);
    const matrix = this.#matrices.get(query.length);
    // Where the room fixes a number of dimensions the query has it; where it fixes none, no entry has the query's.
    if (matrix === undefined) return [];
    const best = await this.#scan(matrix, query, { k, metric, filter, signal });
    const entries = await this.#reader.read(best.map(({ id }) => id));
    // What was deleted since the scan is no hit any more.
    return best.flatMap(({ id, nearness }, i) => {
      const entry = entries[i];
      return entry === undefined ? [] : [{ id, score: metric === "euclidean" ? -nearness : nearness, entry }];
    });
  }

  async #scan(
    matrix: VectorMatrix,
    query: Float32Array,
    options: {
      k: number;
      metric: Metric;
      filter: ((metadata: M) => boolean) | undefined;
      signal: AbortSignal | undefined;
    },
  ): Promise<Candidate[]> {
    const { k, metric, filter, signal } = options;
    const queryNorm = norm(query);
    const rowsPerSlice = Math.max(1, Math.floor(COMPONENTS_PER_SLICE / matrix.dimensions));
    const best: Candidate[] = [];
    for (let row = 0; row < matrix.size; row++) {
      if (row > 0 && row % rowsPerSlice === 0) await this.#pause(signal);
      const nearness = nearnessOf(matrix, row, query, queryNorm, metric);
      if (best.length === k && nearness < best[k - 1]!.nearness) continue;
      const id = matrix.ids[row]!;
      if (filter !== undefined && !filter(this.#metadata.get(id)!.metadata)) continue;
      insert(best, { id, nearness }, k);
    }
    return best;
  }

  async #refresh(signal: AbortSignal | undefined): Promise<void> {
    this.#stale ??= new Set(this.#allIds());
    while (this.#stale.size > 0) {
      const ids = firstOf(this.#stale, REFRESH_CHUNK);
      for (const id of ids) this.#stale.delete(id);
      try {
        const entries = await this.#reader.read(ids);
        for (const [i, id] of ids.entries()) this.#index(id, entries[i]);
      } catch (error) {
        for (const id of ids) this.#stale.add(id);
        throw error;
      }
      if (this.#stale.size > 0) await this.#pause(signal);
    }
  }

  #index(id: string, entry: StoredEntry<M> | undefined): void {
    const before = this.#metadata.get(id);
    if (before !== undefined && before.dimensions !== entry?.vector.length)
      this.#matrices.get(before.dimensions)?.delete(id);
    if (entry === undefined) {
      this.#metadata.delete(id);
      return;
    }
    const dimensions = entry.vector.length;
    let matrix = this.#matrices.get(dimensions);
    if (matrix === undefined) this.#matrices.set(dimensions, (matrix = new VectorMatrix(dimensions)));
    matrix.set(id, entry.vector);
    this.#metadata.set(id, { metadata: entry.metadata, dimensions });
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#runtime.soon(resolve);
    });
    mustGoOn(signal);
  }
}

function firstOf(ids: Iterable<string>, count: number): string[] {
  const first: string[] = [];
  for (const id of ids) if (first.push(id) === count) break;
  return first;
}

function mustGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw replicationError("aborted", "The search was aborted.", {}, { cause: signal.reason });
}

function nearnessOf(matrix: VectorMatrix, row: number, query: Float32Array, queryNorm: number, metric: Metric): number {
  if (metric === "euclidean") return -Math.sqrt(matrix.squaredDistance(row, query));
  const dot = matrix.dot(row, query);
  if (metric === "dot") return dot;
  const norms = queryNorm * matrix.norm(row);
  // A vector of zeros has no direction: it is as near as any that is at right angles.
  return norms === 0 ? 0 : dot / norms;
}

/** Keeps the k nearest in order; equal ones by id, so that every replica shows the same. */
function insert(best: Candidate[], candidate: Candidate, k: number): void {
  let at = best.length;
  while (
    at > 0 &&
    (best[at - 1]!.nearness < candidate.nearness ||
      (best[at - 1]!.nearness === candidate.nearness && best[at - 1]!.id > candidate.id))
  )
    at--;
  best.splice(at, 0, candidate);
  if (best.length > k) best.pop();
}
