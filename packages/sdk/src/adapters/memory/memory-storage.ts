import { mintDeviceId, type DeviceId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { CommitBatch, StorageAdapter, Store } from "../../ports/storage.ts";
import { autoReplicaNames } from "../replica-names.ts";

/** Pairs a chunk: few enough that a scan's consumer is handed work of the size that a disk would hand it. */
const SCAN_CHUNK_PAIRS = 256;

interface Shelf {
  readonly pairs: Map<string, Uint8Array>;
  held: boolean;
}

/**
 * Stores that live as long as the returned adapter: a store that is closed and opened again through it finds its
 * data. For Node, tests and pages that want nothing kept. Adapters share nothing with each other.
 * @param options.deviceId Which device the stores say they are on; random if left out, so that each adapter counts
 *   as a device of its own.
 */
export function memoryStorage(options: { readonly deviceId?: DeviceId } = {}): StorageAdapter {
  const deviceId = options.deviceId ?? mintDeviceId((length) => crypto.getRandomValues(new Uint8Array(length)));
  const rooms = new Map<string, Map<string, Shelf>>();

  return {
    async open({ room, replicaName }): Promise<Store> {
      const shelves = rooms.get(room) ?? new Map<string, Shelf>();
      rooms.set(room, shelves);
      const name = replicaName === "auto" ? firstFree(shelves) : replicaName;
      const shelf = shelves.get(name) ?? { pairs: new Map<string, Uint8Array>(), held: false };
      if (shelf.held) throw replicaInUse(name);
      shelf.held = true;
      shelves.set(name, shelf);
      return new MemoryStore(name, deviceId, shelf.pairs, (erased) => {
        shelf.held = false;
        if (erased) shelves.delete(name);
      });
    },
  };
}

function firstFree(shelves: ReadonlyMap<string, Shelf>): string {
  const names = autoReplicaNames(shelves.keys());
  let name = names.next().value;
  while (shelves.get(name)?.held) name = names.next().value;
  return name;
}

function replicaInUse(replicaName: string): Error {
  return replicationError(
    "replica-in-use",
    `The replica "${replicaName}" is open already. Close it first, or use another replicaName or 'auto'.`,
    { replicaName },
  );
}

class MemoryStore implements Store {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  readonly #pairs: Map<string, Uint8Array>;
  readonly #release: (erased: boolean) => void;
  #state: "open" | "closed" | "erased" = "open";

  constructor(
    replicaName: string,
    deviceId: DeviceId,
    pairs: Map<string, Uint8Array>,
    release: (erased: boolean) => void,
  ) {
    this.replicaName = replicaName;
    this.deviceId = deviceId;
    this.#pairs = pairs;
    this.#release = release;
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    this.#mustBeOpen();
    return keys.map((key) => this.#pairs.get(key)?.slice());
  }

  async *scan(prefix: string): AsyncGenerator<(readonly [string, Uint8Array])[], void> {
    this.#mustBeOpen();
    const keys = [...this.#pairs.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    for (let start = 0; start < keys.length; start += SCAN_CHUNK_PAIRS) {
      this.#mustBeOpen();
      const chunk: (readonly [string, Uint8Array])[] = [];
      for (const key of keys.slice(start, start + SCAN_CHUNK_PAIRS)) {
        const value = this.#pairs.get(key);
        if (value !== undefined) chunk.push([key, value.slice()]);
      }
      if (chunk.length > 0) yield chunk;
    }
  }

  async commit({ puts, deletes }: CommitBatch): Promise<void> {
    this.#mustBeOpen();
    // All copies before the first change: an allocation that fails must leave nothing half-written.
    const copies = puts.map(([key, value]) => [key, value.slice()] as const);
    for (const [key, value] of copies) this.#pairs.set(key, value);
    for (const key of deletes) this.#pairs.delete(key);
  }

  async close(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#release(false);
  }

  async erase(): Promise<void> {
    if (this.#state === "erased") return;
    this.#mustBeOpen();
    this.#state = "erased";
    this.#release(true);
  }

  /** Nothing outside this process can take memory away. */
  onLost(): void {}

  #mustBeOpen(): void {
    if (this.#state === "open") return;
    throw replicationError("closed", `The replica "${this.replicaName}" is closed. Open it again to use it.`, {});
  }
}
