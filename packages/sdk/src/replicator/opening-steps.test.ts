import { afterEach, describe, expect, it, vi } from "vitest";
import { HeldVersions } from "../core/held-versions.ts";
import { ItemList } from "../core/item-list.ts";
import { MAX_CLAIMED_PER_STEP } from "../core/held-claim.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import { Room, vector } from "./room.fixture.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { StorageAdapter } from "../ports/storage.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";

const ENTRIES = 2500;
const CHUNK = 100;

/** A store that is scanned in chunks of so many pairs, and gives them all in one task. */
function inChunks(storage: StorageAdapter): StorageAdapter {
  return {
    async open(request) {
      const store = await storage.open(request);
      const scan = store.scan.bind(store);
      store.scan = async function* (prefix) {
        for await (const chunk of scan(prefix))
          for (let from = 0; from < chunk.length; from += CHUNK) yield chunk.slice(from, from + CHUNK);
      };
      return store;
    },
  };
}

/** Counts calls between the tasks that a runtime is asked for. */
function mostPerTask(calls: { readonly mock: { readonly calls: readonly unknown[] } }): {
  readonly runtime: Runtime;
  most(): number;
} {
  const system = systemRuntime();
  let [before, most] = [calls.mock.calls.length, 0];
  const end = (): void => {
    most = Math.max(most, calls.mock.calls.length - before);
    before = calls.mock.calls.length;
  };
  return {
    runtime: {
      ...system,
      soon(callback) {
        end();
        system.soon(callback);
      },
    },
    most() {
      end();
      return most;
    },
  };
}

async function filled(room: Room): Promise<StorageAdapter> {
  const storage = memoryStorage();
  const first = await room.replicator({ storage, replicaName: "mine" });
  const entries = Array.from({ length: ENTRIES }, (_, i) => ({ id: `e${i}`, vector: vector(1, i) }));
  await first.writeBatch(entries, { consistency: "one" });
  await first.close();
  return storage;
}

afterEach(() => void vi.restoreAllMocks());

describe("P6: opening a store", () => {
  const room = new Room();

  it("builds its index a chunk a task, and shows it when it is whole", async () => {
    const storage = await filled(room);
    const added = vi.spyOn(HeldVersions.prototype, "setSiblings");
    const tasks = mostPerTask(added);
    const again = await room.replicator({ storage: inChunks(storage), replicaName: "mine" }, tasks.runtime);
    expect(added).toHaveBeenCalledTimes(ENTRIES);
    expect(tasks.most()).toBe(CHUNK);
    expect(await again.count()).toBe(ENTRIES);
  });

  it("of which a record is lost goes through the rest in steps (S1)", async () => {
    const storage = await filled(room);
    const store = await storage.open({ room: "room", replicaName: "mine" });
    await store.commit({ puts: [], deletes: [await firstVersion(store)] }, "strict");
    await store.close();
    const tasks = mostPerTask(vi.spyOn(ItemList.prototype, "at"));
    const again = await room.replicator({ storage: inChunks(storage), replicaName: "mine" }, tasks.runtime);
    expect(tasks.most()).toBe(MAX_CLAIMED_PER_STEP);
    expect(await again.count()).toBe(ENTRIES - 1);
  });
});

async function firstVersion(store: { scan(prefix: string): AsyncIterable<readonly (readonly [string, unknown])[]> }) {
  for await (const [first] of store.scan("v/")) if (first !== undefined) return first[0];
  throw new Error("The store holds no version");
}
