import { type ReplicationError, replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";
import {
  CONTEXT_PREFIX,
  COUNTERS_KEY,
  HORIZON_PREFIX,
  LEASES_KEY,
  META_PREFIX,
  NODE_KEY,
  PROGRESS_KEY,
  VERSION_PREFIX,
} from "../core/store-layout.ts";

/** Not a record, but the newest of several: what a store that has lost its last commits lacks. */
export const LATEST_COMMITS = "its latest commits";

/** What each part of a store is called before its user. */
const NAMES: readonly (readonly [prefix: string, name: string])[] = [
  [VERSION_PREFIX, "versions"],
  [CONTEXT_PREFIX, "its context"],
  [HORIZON_PREFIX, "its horizon"],
  [NODE_KEY, "its identity"],
  [PROGRESS_KEY, "its progress"],
  [COUNTERS_KEY, "the counters of its voters"],
  [LEASES_KEY, "its leases"],
  [META_PREFIX, "its replica set"],
];

/** Records without which a replica forgets something, and breaks no promise. */
const DISPENSABLE: readonly string[] = [COUNTERS_KEY, LEASES_KEY];

/** What of a store is torn or missing. */
export class StoreDamage {
  /** Records that are there and cannot be read. */
  readonly keys: string[] = [];
  readonly #parts = new Set<string>();
  #touchesData = false;

  unreadable(key: string): void {
    this.keys.push(key);
    this.missing(key);
  }

  /** A record, or one under this prefix, should be there and is not. */
  missing(key: string): void {
    this.#parts.add(NAMES.find(([prefix]) => key.startsWith(prefix))?.[1] ?? key);
    if (!DISPENSABLE.includes(key)) this.#touchesData = true;
  }

  get isNone(): boolean {
    return this.#parts.size === 0;
  }

  /** Whether what the store claims to hold can still be believed. */
  get sparesData(): boolean {
    return !this.#touchesData;
  }

  /** What the user is told of it; `undefined`: nothing. */
  error(replicaName: string): ReplicationError | undefined {
    if (this.isNone) return undefined;
    const message = `The store "${replicaName}" was damaged (${this.parts}). What is sound is here; the rest comes back from peers, if they hold it.`;
    return replicationError("storage-corrupt", message, {});
  }

  /** The parts, as in "versions, its context". */
  get parts(): string {
    return [...this.#parts].join(", ");
  }
}

/** Tells of what was found damaged, once whoever awaits the replicator can listen, and of a store that is lost while it is open, which ends it. */
export function tellOfStore(
  found: ReplicationError | undefined,
  store: Pick<Store, "onLost">,
  runtime: Pick<Runtime, "setTimer">,
  tell: (error: ReplicationError) => void,
  end: () => void,
): void {
  if (found !== undefined) runtime.setTimer(() => tell(found), 0);
  store.onLost((cause) => {
    const message = `The local store is gone: ${cause.message} Create the replicator again.`;
    tell(replicationError("storage-corrupt", message, {}, { cause }));
    end();
  });
}
