import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, Replicator, Room, vector, voterCount } from "./room.fixture.ts";
import { dotKey, type Dot } from "../core/dot.ts";
import { dotOf } from "../core/causality.fixture.ts";
import type { DurableState } from "../core/durable-state.ts";
import type { Store } from "../ports/storage.ts";
import { VERSION_PREFIX } from "../core/store-layout.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import { SCRUB_PAUSE_MS, SCRUB_ROUND_MS, Scrubber } from "./scrubber.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";

const entry = (id: string) => ({ id, vector: vector(1, 2), metadata: {} });

/** A storage whose store a test can reach past its owner. */
function open(): { storage: ReturnType<typeof memoryStorage>; store: () => Store } {
  const inner = memoryStorage();
  let store: Store | undefined;
  const storage = {
    open: async (request: Parameters<typeof inner.open>[0]) => (store = await inner.open(request)),
  };
  return { storage, store: () => store! };
}

async function damage(store: Store, how: "last bit" | "gone"): Promise<void> {
  for await (const chunk of store.scan(VERSION_PREFIX)) {
    const [key, value] = chunk[0]!;
    const flipped = value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte));
    await store.commit(
      how === "gone" ? { puts: [], deletes: [key] } : { puts: [[key, flipped]], deletes: [] },
      "strict",
    );
    return;
  }
}

/** As the platform's, except that the pause between two steps of scrubbing is a moment. */
const hasty = {
  ...systemRuntime(),
  setTimer: (callback: () => void, ms: number) => systemRuntime().setTimer(callback, ms >= SCRUB_PAUSE_MS ? 50 : ms),
};

describe("a round", () => {
  it("goes through a store in an hour and a pause that was empty when it began (S1)", async () => {
    let now = 0;
    let due: { readonly at: number; readonly step: () => void } | undefined;
    const runtime = {
      ...systemRuntime(),
      setTimer: (step: () => void, ms: number) => {
        due = { at: now + ms, step };
        return () => undefined;
      },
    };
    const held: (readonly [id: string, siblings: readonly { readonly dot: Dot }[]])[] = [];
    const state = { versionCount: 0, all: () => held } as unknown as DurableState;
    // Nothing of what the index names can be read.
    const store = { get: (keys: readonly string[]) => Promise.resolve(keys.map(() => undefined)) };
    const found = new Set<string>();
    const scrubber = new Scrubber(state, store as unknown as Store, runtime, (dots) => {
      for (const dot of dots) found.add(dotKey(dot));
      return Promise.resolve();
    });
    scrubber.start();
    for (let seq = 1; seq <= 950; seq++) held.push([`id ${seq}`, [{ dot: dotOf(1, seq) }]]);
    Object.assign(state, { versionCount: held.length });
    while (due !== undefined && due.at <= SCRUB_ROUND_MS + SCRUB_PAUSE_MS) {
      const { at, step } = due;
      [now, due] = [at, undefined];
      step();
      await eventually(() => due !== undefined, true);
    }
    expect(found.size).toBe(950);
  });
});

describe("damage in the store (S1, S8)", () => {
  const room = new Room();

  it.each(["last bit", "gone"] as const)(
    "%s: is found by reading through, told, and mended from a peer",
    async (how) => {
      const { storage, store } = open();
      const a = await room.started();
      // Before they meet: what is pushed is taken to be under way for some seconds, and not sent again.
      await a.write(entry("x"), { consistency: "one" });
      const b = await room.replicator({ storage }, hasty);
      await b.start();
      await eventually(() => voterCount(a), 2);
      await eventually(() => b.count(), 1);
      const events = recorded(b);
      await damage(store(), how);
      await eventually(() => errorCodes(events).includes("storage-corrupt"), true);
      await eventually(() => b.get("x").then((found) => found?.id), "x");
      expect(await b.get("x")).toEqual(await a.get("x"));
      await room.close();
    },
  );

  it("is mended at once where a read meets it, and the read tells what is left", async () => {
    const { storage, store } = open();
    const alone = await Replicator.open(
      { room: "room", dimensions: 2 },
      { storage: () => storage, transport: () => room.network.transport(), runtime: systemRuntime() },
    );
    await alone.write(entry("x"), { consistency: "one" });
    const events = recorded(alone);
    await damage(store(), "last bit");
    expect(await alone.get("x")).toBeUndefined();
    await eventually(() => errorCodes(events), ["storage-corrupt"]);
    await alone.close();
  });
});
