import { describe, expect, it } from "vitest";
import { eventually, Room, vector } from "./room.fixture.ts";
import type { ChangeEvent, ChangesReset, Checkpoint } from "./change-feed.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { Replicator } from "./room.fixture.ts";

const entry = (id: string, n = 1) => ({ id, vector: vector(n, 2), metadata: { n } });
const one = { consistency: "one" } as const;

/** The next `count` changes, as "put id=n", "delete id" or "reset". */
async function take(
  from: AsyncIterator<ChangeEvent | ChangesReset>,
  count: number,
): Promise<{ told: string[]; checkpoint: Checkpoint }> {
  const told: string[] = [];
  let checkpoint = "" as Checkpoint;
  while (told.length < count) {
    const { value, done } = await from.next();
    if (done === true) throw new Error(`ended after ${told.length} changes`);
    if (value.type === "reset") told.push("reset");
    else if (value.type === "delete") told.push(`delete ${value.id}`);
    else told.push(`put ${value.id}=${JSON.stringify(value.entry.metadata["n"])}`);
    checkpoint = value.checkpoint;
  }
  return { told, checkpoint };
}

const room = new Room();

describe("changes", () => {
  it("begin with every entry where the caller has kept no checkpoint, as storage says `null`", async () => {
    const alone = await room.replicator();
    await alone.write(entry("a"), one);
    expect((await take(alone.changes({ since: null as never }), 1)).told).toEqual(["put a=1"]);
  });

  it("begin with what is visible, then follow", async () => {
    const a = await room.replicator();
    await a.writeBatch([entry("x"), entry("y")], one);
    await a.delete("y", one);
    const changes = a.changes();
    expect((await take(changes, 1)).told).toEqual(["put x=1"]);
    const next = take(changes, 3);
    await a.write(entry("z", 3), one);
    await a.delete("x", one);
    await a.write(entry("w", 4), one);
    expect((await next).told).toEqual(["put z=3", "delete x", "put w=4"]);
    await changes.return?.();
  });

  it("go on from a checkpoint after the store was closed and opened again", async () => {
    const storage = memoryStorage();
    const first = await room.replicator({ storage });
    await first.writeBatch([entry("a"), entry("b")], one);
    const { checkpoint } = await take(first.changes(), 2);
    await first.write(entry("a", 2), one);
    await first.delete("b", one);
    await first.close();
    const second = await room.replicator({ storage });
    await second.write(entry("c", 3), one);
    const { told, checkpoint: later } = await take(second.changes({ since: checkpoint }), 3);
    expect(told).toEqual(["put a=2", "delete b", "put c=3"]);
    const rest = second.changes({ since: later });
    const next = take(rest, 1);
    await second.write(entry("d", 4), one);
    expect((await next).told).toEqual(["put d=4"]);
  });

  it("from any checkpoint on make a copy that is complete", async () => {
    const a = await room.replicator();
    for (let i = 0; i < 30; i++) {
      await a.write(entry(`e${i % 7}`, i), one);
      if (i % 5 === 0) await a.delete(`e${(i + 3) % 7}`, one);
    }
    const visible = async (from: Replicator): Promise<string[]> => {
      const ids: string[] = [];
      for await (const each of from.entries()) ids.push(`${each.id}=${JSON.stringify(each.metadata["n"])}`);
      return ids.sort();
    };
    const copy = new Map<string, string>();
    const apply = (told: string[]): void => {
      for (const line of told) {
        const [, id, value] = /^\w+ (\w+)(=\d+)?$/.exec(line)!;
        if (value === undefined) copy.delete(id!);
        else copy.set(id!, value);
      }
    };
    let since: Checkpoint | undefined;
    const count = await a.count();
    for (let i = 0; i < count; i++) {
      // A new reader at each step, as after a reload.
      const { told, checkpoint } = await take(a.changes(since === undefined ? {} : { since }), 1);
      apply(told);
      since = checkpoint;
    }
    expect([...copy].map(([id, value]) => id + value).sort()).toEqual(await visible(a));
  });

  it("from a checkpoint of another store begin anew", async () => {
    const [a, b] = [await room.replicator(), await room.replicator()];
    await a.write(entry("x"), one);
    await b.write(entry("y"), one);
    const { checkpoint } = await take(a.changes(), 1);
    expect((await take(b.changes({ since: checkpoint }), 2)).told).toEqual(["reset", "put y=1"]);
    expect((await take(b.changes({ since: "nonsense" as Checkpoint }), 2)).told).toEqual(["reset", "put y=1"]);
  });

  it("tell what came from a peer, in this store's own order", async () => {
    const [a, b] = await room.voters(2);
    const changes = b!.changes();
    const next = take(changes, 1);
    await a!.write(entry("x", 5), one);
    expect((await next).told).toEqual(["put x=5"]);
  });

  it("end when their signal is aborted, also while waiting, and leave no other reader", async () => {
    const a = await room.replicator();
    const aborting = new AbortController();
    const [ending, staying] = [a.changes({ signal: aborting.signal }), a.changes()];
    const [last, first] = [ending.next(), take(staying, 1)];
    aborting.abort();
    expect(await last).toEqual({ done: true, value: undefined });
    await a.write(entry("x"), one);
    expect((await first).told).toEqual(["put x=1"]);
    expect(await a.changes({ signal: AbortSignal.abort() }).next()).toEqual({ done: true, value: undefined });
  });

  it("cost a slow reader the newest state of each id only", async () => {
    const a = await room.replicator();
    const changes = a.changes();
    await a.write(entry("x", 0), one);
    await take(changes, 1);
    for (let i = 1; i <= 50; i++) await a.write(entry("x", i), one);
    await a.write(entry("end", 9), one);
    expect((await take(changes, 2)).told).toEqual(["put x=50", "put end=9"]);
  });
});

describe("events", () => {
  it("kept for a slow reader are bounded, and it is told how many it missed", async () => {
    const a = await room.replicator();
    const slow = a.events({ capacity: 2 });
    const listened: string[] = [];
    const off = a.on("replica", (event) => void listened.push(event.nodeId));
    await a.start();
    const peers = [];
    for (let i = 0; i < 5; i++) peers.push(await room.started());
    await eventually(() => new Set(listened).size, 5);
    off();
    const kept = [(await slow.next()).value, (await slow.next()).value, (await slow.next()).value];
    expect(kept[2]).toMatchObject({ type: "overflow" });
    expect((kept[2] as { dropped: number }).dropped).toBeGreaterThanOrEqual(4);
    await slow.return?.();
    expect(await slow.next()).toEqual({ done: true, value: undefined });
  });

  it("end with their signal, also while waiting, and a listener is off when its signal is aborted", async () => {
    const a = await room.started();
    const aborting = new AbortController();
    const { signal } = aborting;
    const events = a.events({ signal });
    let called = 0;
    a.on("replica", () => called++, { signal });
    aborting.abort();
    for (let ended = false; !ended;) ended = (await events.next()).done === true;
    await room.started();
    await eventually(() => a.replicas().then((replicas) => replicas.length), 2);
    expect(called).toBe(0);
  });
});
