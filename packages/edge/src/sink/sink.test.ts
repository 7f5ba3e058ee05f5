import { afterEach, describe, expect, test } from "vitest";
import { custom, type ReplicationConfig, replicationError, Replicator, vectorClock } from "@vecmesh/sdk";
import { MemoryNetwork, memoryStorage } from "@vecmesh/sdk/memory";
import { MemoryDatabase } from "./testing/memory-target.fixture.ts";
import { type Sink, type SinkOptions, startSink } from "./sink.ts";
import { SinkError } from "./sink-error.ts";

const ROOM = "room";

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function replica(config: Partial<ReplicationConfig> = {}): Promise<Replicator> {
  const base = { room: ROOM, storage: memoryStorage(), transport: new MemoryNetwork().transport() };
  const replicator = await Replicator.create({ ...base, consistencyLevel: "one", ...config });
  opened.push(replicator);
  return replicator;
}

function sinkOf(replicator: Replicator, database: MemoryDatabase): Sink {
  const sink = startSink({ replicator, room: ROOM, target: database.target() });
  opened.push(sink);
  return sink;
}

const entry = (id: string, n: number) => ({ id, vector: Float32Array.of(n, 1), metadata: { n } });

function contents(database: MemoryDatabase): Record<string, unknown> {
  const entries = database.rooms.get(ROOM)?.entries ?? new Map();
  return Object.fromEntries([...entries.values()].map(({ id, metadata }) => [id, metadata["n"]]));
}

async function shown(replicator: Replicator): Promise<Record<string, unknown>> {
  const entries: Record<string, unknown> = {};
  for await (const { id, metadata } of replicator.entries()) entries[id] = metadata["n"];
  return entries;
}

async function until<T>(value: () => T | Promise<T>, expected: T): Promise<void> {
  await expect.poll(value, { timeout: 30_000, interval: 10 }).toEqual(expected);
}

describe("a sink", () => {
  test("makes the target hold what is visible, and then what it becomes", async () => {
    const [replicator, database] = [await replica(), new MemoryDatabase()];
    await replicator.writeBatch([entry("a", 1), entry("b", 2), entry("gone", 3)]);
    await replicator.delete("gone");
    const sink = sinkOf(replicator, database);
    await until(() => contents(database), { a: 1, b: 2 });
    await replicator.write(entry("a", 4));
    await replicator.delete("b");
    await replicator.write(entry("c", 5));
    await until(() => contents(database), { a: 4, c: 5 });
    await until(() => sink.stats().lagMs, 0);
    expect(sink.stats()).toMatchObject({ puts: 4, deletes: 1, failures: 0, resyncs: 0, isRunning: true });
  });

  test("goes on from its checkpoint, with what changed while it was away", async () => {
    const [storage, database] = [memoryStorage(), new MemoryDatabase()];
    const first = await replica({ storage });
    await first.writeBatch([entry("a", 1), entry("b", 2), entry("c", 3)]);
    const before = sinkOf(first, database);
    await until(() => contents(database), { a: 1, b: 2, c: 3 });
    await before.close();
    expect(before.stats().isRunning).toBe(false);
    await before.ended;
    await first.delete("b");
    await first.close();
    const second = await replica({ storage });
    await second.write(entry("c", 4));
    const after = sinkOf(second, database);
    await until(() => contents(database), { a: 1, c: 4 });
    expect(after.stats()).toMatchObject({ puts: 1, deletes: 1, resyncs: 0 });
  });

  test("S1, C1: of another store it compares all entries, and writes and deletes only what differs", async () => {
    const database = new MemoryDatabase();
    const network = new MemoryNetwork();
    const first = await replica({ transport: network.transport() });
    const second = await replica({ transport: network.transport() });
    await first.start();
    await second.start();
    const same = Array.from({ length: 1500 }, (_, i) => entry(`same ${i}`, i));
    await first.writeBatch(same);
    await first.writeBatch([entry("other", 1), entry("x", 1), entry("z", 1)]);
    await until(() => second.count(), 1503);
    const before = sinkOf(first, database);
    await until(() => database.rooms.get(ROOM)?.entries.size, 1503);
    await before.close();
    await second.stop();
    await second.deleteBatch(["x", "z"]);
    await second.writeBatch([entry("other", 2), entry("new", 3)]);
    database.log.length = 0;
    const after = sinkOf(second, database);
    await until(() => shown(second).then((entries) => Object.keys(entries).length), 1502);
    await until(async () => contents(database), await shown(second));
    await until(() => after.stats().lagMs, 0);
    expect(after.stats().resyncs).toBe(1);
    expect(database.log.map(({ type, id }) => `${type} ${id}`).sort()).toEqual([
      "delete x",
      "delete z",
      "put new",
      "put other",
    ]);
  });

  test("an interrupted comparison goes on where it was, and ends", async () => {
    const [first, second, database] = [await replica(), await replica(), new MemoryDatabase()];
    await first.writeBatch(Array.from({ length: 2500 }, (_, i) => entry(`old ${i}`, i)));
    const before = sinkOf(first, database);
    await until(() => database.rooms.get(ROOM)?.entries.size, 2500);
    await before.close();
    await second.write(entry("a", 1));
    let steps = 0;
    database.around = (moment) => {
      if (moment === "after" && ++steps === 3) throw new SinkError("taken-over", "cut off here");
    };
    await expect(sinkOf(second, database).ended).rejects.toMatchObject({ code: "taken-over" });
    expect(database.rooms.get(ROOM)?.position?.sweptTo).toBeTypeOf("string");
    const left = database.rooms.get(ROOM)!.entries.size;
    expect(left).toBeGreaterThan(1);
    const after = sinkOf(second, database);
    await until(() => contents(database), { a: 1 });
    expect(after.stats()).toMatchObject({ resyncs: 0, deletes: left - 1 });
  });

  test("what a target holds of a room without a position is compared, too", async () => {
    const [first, second, database] = [await replica(), await replica(), new MemoryDatabase()];
    await first.write(entry("stale", 1));
    await sinkOf(first, database).started;
    await until(() => contents(database), { stale: 1 });
    database.rooms.get(ROOM)!.position = undefined;
    sinkOf(second, database);
    await until(() => contents(database), {});
    await second.write(entry("a", 2));
    await until(() => contents(database), { a: 2 });
  });

  test("C6: siblings are shown as `get` shows them", async () => {
    for (const conflictResolution of [
      vectorClock(),
      custom((siblings) => ({ ...siblings[0]!, metadata: { n: siblings.length * 100 } }), { version: "1" }),
    ]) {
      const [network, database] = [new MemoryNetwork(), new MemoryDatabase()];
      const open = () => replica({ transport: network.transport(), conflictResolution });
      const [a, b] = [await open(), await open()];
      await a.write(entry("x", 1));
      await b.write(entry("x", 2));
      sinkOf(a, database);
      await until(() => contents(database), { x: 1 });
      await a.start();
      await b.start();
      await until(async () => (await a.get("x"))!.dots.length, 2);
      await until(() => contents(database), { x: (await a.get("x"))!.metadata["n"] });
    }
  });

  test("holds nothing for a target that is slow, and gives it the newest state alone", async () => {
    const [replicator, database] = [await replica(), new MemoryDatabase()];
    await replicator.write(entry("x", 0));
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = 0;
    database.around = (moment) => {
      reached++;
      return moment === "before" ? blocked : undefined;
    };
    const sink = sinkOf(replicator, database);
    await until(() => reached, 1);
    for (let n = 1; n <= 200; n++) await replicator.write(entry("x", n));
    expect(sink.stats().lagMs).toBeGreaterThanOrEqual(0);
    release();
    await until(() => contents(database), { x: 200 });
    await until(() => sink.stats().lagMs, 0);
    expect(database.log.length).toBeLessThanOrEqual(3);
  });

  test("ends when another one feeds the same room, which goes on", async () => {
    const [replicator, database] = [await replica(), new MemoryDatabase()];
    const first = sinkOf(replicator, database);
    await first.started;
    const second = sinkOf(replicator, database);
    await second.started;
    await replicator.write(entry("a", 1));
    await expect(first.ended).rejects.toMatchObject({ name: "SinkError", code: "taken-over" });
    expect(first.stats().isRunning).toBe(false);
    await until(() => contents(database), { a: 1 });
    expect(second.stats().isRunning).toBe(true);
  });

  test("a target that refuses it from the start ends it at once, with the reason", async () => {
    const target = {
      ...new MemoryDatabase().target(),
      claim: () => Promise.reject(new SinkError("refused", "not you")),
    };
    const sink = startSink({ replicator: await replica(), room: ROOM, target });
    await expect(sink.started).rejects.toThrow("not you");
    await expect(sink.ended).rejects.toThrow("not you");
  });

  test("reads on when its replica could not be read for a moment", async () => {
    const [replicator, database] = [await replica(), new MemoryDatabase()];
    await replicator.write(entry("a", 1));
    const damaged = replicationError("storage-corrupt", "Entries could not be read.", {});
    let readings = 0;
    const unsteady: SinkOptions["replicator"] = {
      get: (id, options) => replicator.get(id, options),
      changes: (options?: object) => {
        if (++readings > 1) return replicator.changes(options as never);
        return (async function* () {
          yield* [];
          throw damaged;
        })();
      },
    };
    const sink = startSink({ replicator: unsteady, room: ROOM, target: database.target() });
    opened.push(sink);
    await until(() => contents(database), { a: 1 });
    expect(readings).toBe(2);
    expect(sink.stats().failures).toBe(1);
  });

  test("ends with its replica, and when it is closed, also while it waits for its target", async () => {
    const [replicator, database] = [await replica(), new MemoryDatabase()];
    const sink = sinkOf(replicator, database);
    await sink.started;
    await replicator.close();
    await sink.ended;
    const target = { ...database.target(), prepare: () => Promise.reject(new SinkError("unreachable", "away")) };
    const waiting = startSink({ replicator: await replica(), room: ROOM, target });
    await until(() => waiting.stats().failures > 0, true);
    await waiting.close();
    await waiting.ended;
    expect(waiting.stats().isRunning).toBe(false);
  });
});

describe("P1: whatever fails, at whatever moment, nothing is lost and nothing comes twice", () => {
  const SEEDS = 20;
  const ACTIONS = 60;

  test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))("seed %i", async (seed) => {
    const random = randomFrom(seed);
    const [storage, database] = [memoryStorage(), new MemoryDatabase()];
    let isFaulty = true;
    database.around = () => {
      // Before the commit nothing is done; after it all is, and the sink does not know.
      if (isFaulty && random() < 0.25) throw new SinkError("unreachable", "cut off");
    };
    const versions = new Map<string, number>();
    let replicator = await replica({ storage });
    let sink = sinkOf(replicator, database);
    for (let action = 0; action < ACTIONS; action++) {
      const id = `e${Math.floor(random() * 8)}`;
      const kind = random();
      if (kind < 0.6) {
        await replicator.write(entry(id, action));
        versions.set(id, (versions.get(id) ?? 0) + 1);
      } else if (kind < 0.8) {
        await replicator.delete(id);
        versions.set(id, (versions.get(id) ?? 0) + 1);
      } else if (kind < 0.9) {
        // As after a crash: nobody tells the first one, which may be amid a step.
        sink = sinkOf(replicator, database);
      } else if (kind < 0.95) {
        await replicator.close();
        replicator = await replica({ storage });
        sink = sinkOf(replicator, database);
      } else await new Promise((resolve) => setTimeout(resolve, 70));
    }
    isFaulty = false;
    await until(async () => contents(database), await shown(replicator));
    await until(() => sink.stats().lagMs, 0);
    expect(contents(database)).toEqual(await shown(replicator));
    for (const [id, count] of versions) {
      const changes = database.log.filter((change) => change.id === id);
      expect(changes.length).toBeLessThanOrEqual(count);
      // No state comes back, and none is repeated.
      const texts = changes.filter(({ type }) => type === "put").map(({ text }) => text);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });
});

/** Mulberry32, by Tommy Ettinger. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
