import type { NodeId } from "../core/node-id.ts";
import { MAX_MESSAGE_BYTES } from "../ports/transport.ts";
import type { Priority } from "../ports/transport.ts";
import type { ContractRunner } from "./contract-runner.ts";
import { type RoomNode, roomTest, until, type RoomTest, type TransportSubject } from "./transport-subject.ts";

/**
 * The acceptance suite of the transport port: what the replicator relies on and an adapter must therefore do. Call it
 * in a test file of yours; it registers its tests with the runner that you pass. Allow a test 30 seconds.
 *
 * ```ts
 * import { describe, expect, it } from "vitest";
 * transportContract({ describe, it, expect }, { name: "my transport", adapter: () => myTransport() });
 * ```
 */
export function transportContract(runner: ContractRunner, subject: TransportSubject): void {
  runner.describe(`transport contract: ${subject.name}`, () => {
    const test = roomTest(runner, subject);
    meeting(runner, test);
    messages(runner, test);
    priorities(runner, test);
    leaving(runner, test);
  });
}

const PRIORITIES = ["control", "live", "bulk"] as const satisfies readonly Priority[];

/** A message whose every byte depends on its place and on `seed`, so that a mix-up shows. */
function patterned(length: number, seed: number): Uint8Array {
  const message = new Uint8Array(length);
  for (let i = 0; i < length; i++) message[i] = (i * 31 + (i >> 8) * 7 + seed) & 0xff;
  return message;
}

/** Compares without printing megabytes when it fails. */
function isPatterned(message: Uint8Array | undefined, length: number, seed: number): boolean {
  const expected = patterned(length, seed);
  return message?.length === length && message.every((byte, i) => byte === expected[i]);
}

function meeting({ expect }: ContractRunner, test: RoomTest): void {
  test("everybody in a room is connected to everybody else, once", async (rooms) => {
    const nodes = [await rooms.join(), await rooms.join(), await rooms.join()];
    await until("a full mesh", () => nodes.every((node) => node.open.size === 2));
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node).map((other) => other.nodeId);
      expect([...node.open.keys()].toSorted()).toEqual(others.toSorted());
      expect(node.ended).toEqual([]);
    }
  });

  test("preferring peers, absent ones and oneself included, costs nobody in a small room a connection", async (rooms) => {
    const [a, b] = await rooms.pair();
    const absent = "f".repeat(32) as NodeId;
    a.prefer(new Set([b.nodeId, a.nodeId, absent]));
    b.prefer(new Set([absent]));
    const c = await rooms.join();
    a.prefer(new Set([c.nodeId]));
    a.prefer(new Set());
    await until("a full mesh", () => [a, b, c].every((node) => node.open.size === 2));
    expect([a, b, c].flatMap((node) => node.ended)).toEqual([]);
    await c.stop();
    c.prefer(new Set([a.nodeId]));
    await until("the others to know", () => a.open.size + b.open.size === 2);
  });

  test("both ends of a connection have one channel binding, and no other connection has it", async (rooms) => {
    const nodes = [await rooms.join(), await rooms.join(), await rooms.join()] as const;
    const [a, b, c] = nodes;
    const binding = async (from: RoomNode, to: RoomNode): Promise<string> =>
      (await from.connection(to)).channelBinding.join();
    for (const [from, to] of [
      [a, b],
      [a, c],
      [b, c],
    ] as const) {
      expect(await binding(from, to)).toBe(await binding(to, from));
    }
    const all = [await binding(a, b), await binding(a, c), await binding(b, c)];
    expect(new Set(all).size).toBe(3);
    expect(all.includes("")).toBe(false);
  });

  test("rooms are apart", async (rooms) => {
    const stranger = await rooms.join({ room: "another" });
    await rooms.pair();
    expect(stranger.events).toBe(0);
  });

  test("two live nodes with one NodeId are told when each other's store was opened, and are not connected", async (rooms) => {
    const older = await rooms.join({ openedAt: 20 });
    const younger = await rooms.join({ nodeId: older.nodeId, openedAt: 5000 });
    await until("both to know", () => older.twins.length > 0 && younger.twins.length > 0);
    expect([older.twins[0], younger.twins[0]]).toEqual([5000, 20]);
    expect(older.open.size + younger.open.size).toBe(0);
  });
}

function messages({ expect }: ContractRunner, test: RoomTest): void {
  test("messages of all lengths arrive whole, both ways", async (rooms) => {
    const lengths = [0, 1, 100, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 1_000_003];
    const [a, b] = await rooms.pair();
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const connection = await from.connection(to);
      for (const [i, length] of lengths.entries()) connection.send(patterned(length, i), "live");
      await until("all messages", () => to.received.length === lengths.length);
      const broken = lengths.filter((length, i) => !isPatterned(to.received[i]?.message, length, i));
      expect(broken).toEqual([]);
      expect(to.received.every(({ peer }) => peer === from.nodeId)).toBe(true);
    }
  });

  test("the longest message arrives, and a longer one is refused", async (rooms) => {
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    connection.send(patterned(MAX_MESSAGE_BYTES, 5), "bulk");
    await until("the message", () => b.received.length === 1);
    expect(isPatterned(b.received[0]?.message, MAX_MESSAGE_BYTES, 5)).toBe(true);
    let refused: unknown;
    try {
      connection.send(new Uint8Array(MAX_MESSAGE_BYTES + 1), "bulk");
    } catch (error) {
      refused = error;
    }
    expect(refused instanceof RangeError).toBe(true);
  });

  test("each class keeps its order", async (rooms) => {
    const perClass = 200;
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    for (let i = 0; i < perClass; i++) {
      for (const [kind, priority] of PRIORITIES.entries()) {
        const message = new Uint8Array(3 + ((i * 977) % 3000));
        message.set([kind, i & 0xff, i >> 8]);
        connection.send(message, priority);
      }
    }
    await until("all messages", () => b.received.length === perClass * PRIORITIES.length);
    for (const kind of PRIORITIES.keys()) {
      const order = b.received
        .filter(({ message }) => message[0] === kind)
        .map(({ message }) => (message[1] as number) | ((message[2] as number) << 8));
      expect(order).toEqual(Array.from({ length: perClass }, (_, i) => i));
    }
  });
}

function priorities({ expect }: ContractRunner, test: RoomTest): void {
  test("control overtakes live, and live overtakes bulk", async (rooms) => {
    const bulkMessages = 64;
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    for (let i = 0; i < bulkMessages; i++) connection.send(new Uint8Array(128 * 1024), "bulk");
    connection.send(new Uint8Array([2]), "live");
    connection.send(new Uint8Array([1]), "control");
    await until("all messages", () => b.received.length === bulkMessages + 2);
    const place = (mark: number): number =>
      b.received.findIndex(({ message }) => message.length === 1 && message[0] === mark);
    expect(place(1) < place(2)).toBe(true);
    expect(place(2) < bulkMessages / 2).toBe(true);
  });

  test("queuedBytes tells what waits in each class", async (rooms) => {
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    for (let i = 0; i < 8; i++) connection.send(new Uint8Array(1024 * 1024), "bulk");
    expect(connection.queuedBytes("bulk") > 4 * 1024 * 1024).toBe(true);
    expect(connection.queuedBytes("live")).toBe(0);
    await until("all messages", () => b.received.length === 8);
    expect(PRIORITIES.map((priority) => connection.queuedBytes(priority))).toEqual([0, 0, 0]);
  });
}

function leaving({ expect }: ContractRunner, test: RoomTest): void {
  test("close delivers what is queued as control, and tells both sides why", async (rooms) => {
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    connection.send(new Uint8Array([7]), "control");
    connection.close("no reason to stay");
    connection.close("twice");
    connection.send(new Uint8Array([8]), "control");
    expect(a.ended).toEqual([]);
    await until("both to know", () => a.ended.length > 0 && b.ended.length > 0);
    expect(a.ended).toEqual([{ peer: b.nodeId, reason: "no reason to stay" }]);
    expect(b.ended).toEqual([{ peer: a.nodeId, reason: "no reason to stay" }]);
    expect(b.received.map(({ message }) => [...message])).toEqual([[7]]);
  });

  test("stop ends every connection on both sides, and nothing is told afterwards", async (rooms) => {
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    await Promise.all([a.stop(), a.stop()]);
    const told = a.events;
    expect(a.ended.map(({ peer }) => peer)).toEqual([b.nodeId]);
    await until("the other side to know", () => b.ended.length === 1);
    connection.send(new Uint8Array(1), "live");
    connection.close("too late");
    const c = await rooms.join();
    await c.connection(b);
    expect(a.events).toBe(told);
  });

  test("a node that leaves and comes back at once, again and again, ends up connected", async (rooms) => {
    const a = await rooms.join();
    let b = await rooms.join();
    for (let i = 0; i < 3; i++) {
      await b.stop();
      b = await rooms.join({ nodeId: b.nodeId });
    }
    // A connection to an earlier life of b may still be open here, so one message may be lost: send until one arrives.
    await until("a message each way", () => {
      if (b.received.length === 0) a.open.get(b.nodeId)?.send(new Uint8Array(1), "live");
      if (a.received.length === 0) b.open.get(a.nodeId)?.send(new Uint8Array(1), "live");
      return a.received.length > 0 && b.received.length > 0;
    });
    expect(a.open.size + b.open.size).toBe(2);
  });
}
