import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { FakeChannels, FakeSignaling, MeshNode } from "./mesh.fixture.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(32)) as [NodeId, NodeId, NodeId];
const MINUTE = 60_000;

class Room {
  readonly runtime = new ManualRuntime();
  readonly channels = new FakeChannels();
  readonly ways: readonly FakeSignaling[];

  constructor(ways = 1) {
    this.ways = Array.from({ length: ways }, () => new FakeSignaling());
  }

  join(nodeId: NodeId, password?: CryptoKey): MeshNode {
    return new MeshNode(nodeId, this.runtime, this.channels, this.ways, password);
  }
}

const keyOf = (byte: number): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), "AES-GCM", false, ["encrypt", "decrypt"]);
const connectedTo = (node: MeshNode): NodeId[] => [...node.open.keys()].toSorted();

describe("mesh", () => {
  it.each([[[A, B, C]], [[C, B, A]], [[B, C, A]]])("connects all, whoever comes first: %j", async (order) => {
    const room = new Room();
    const nodes = order.map((nodeId) => room.join(nodeId));
    await room.runtime.advance(100);
    for (const node of nodes) {
      expect(connectedTo(node)).toEqual([A, B, C].filter((nodeId) => nodeId !== node.nodeId));
      expect(node.log).toEqual(["connected", "connected"]);
    }
  });

  it("dials a peer once that is found in two ways, and only from the lower NodeId", async () => {
    const room = new Room(2);
    const [b, a] = [room.join(B), room.join(A)];
    await room.runtime.advance(10 * MINUTE);
    expect([connectedTo(a), connectedTo(b)]).toEqual([[B], [A]]);
    expect(room.channels.opened).toBe(2);
    const offers = room.ways
      .flatMap((way) => way.log)
      .filter((sent) => sent.type === "signal")
      .filter(({ signal }) => signal.type === "offer");
    expect(offers.map(({ nodeId }) => nodeId)).toEqual([A]);
  });

  it("T1: drops stale signals: an old offer that comes again disturbs nothing", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    for (const envelope of room.ways[0]?.log.slice() ?? []) room.ways[0]?.deliver(envelope);
    await room.runtime.advance(MINUTE);
    expect([a.log, b.log]).toEqual([["connected"], ["connected"]]);
    expect(room.channels.opened).toBe(2);
  });

  it("T1: a forged offer that leads nowhere costs a live connection nothing", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    const offer = room.ways[0]?.log.find((sent) => sent.type === "signal" && sent.signal.type === "offer");
    if (offer?.type === "signal") {
      room.ways[0]?.deliver({ ...offer, attempt: 1e9, signal: { type: "offer", sdp: "v=0\r\nforged" } });
    }
    await room.runtime.advance(60 * MINUTE);
    expect(room.channels.opened).toBe(3);
    const calls = room.ways[0]?.log.filter((sent) => sent.type === "announce" && sent.answer);
    expect(calls).toHaveLength(2);
    expect([a.log, b.log]).toEqual([["connected"], ["connected"]]);
  });

  it("T6: tries a live peer that it cannot reach ever more rarely, and says so", async () => {
    const room = new Room();
    room.channels.blocked = true;
    const a = room.join(A);
    room.join(B);
    await room.runtime.advance(60 * MINUTE);
    expect(a.log).toEqual([expect.stringMatching(/^error: No connection to replica b+ comes about/)]);
    expect(room.channels.opened / 2).toBeLessThan(40);
    expect(room.channels.opened / 2).toBeGreaterThan(10);
    room.channels.blocked = false;
    await room.runtime.advance(3 * MINUTE);
    expect(connectedTo(a)).toEqual([B]);
  });

  it("T6: says so on both sides, once, where attempts fail at once on both", async () => {
    const room = new Room();
    room.channels.failing = true;
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(MINUTE);
    const told = expect.stringMatching(/^error: No connection to replica .* comes about/);
    expect([a.log, b.log]).toEqual([[told], [told]]);
    expect(room.channels.opened).toBeLessThan(24);
  });

  it("T8: connects those of one password, and tells the others once, dialling none of them", async () => {
    const room = new Room();
    const [right, wrong] = await Promise.all([keyOf(1), keyOf(2)]);
    const [a, b] = [room.join(A, right), room.join(B, wrong)];
    // Sealing takes real time, whatever the room's clock says.
    const advanced = async (node: MeshNode): Promise<string[]> => {
      await room.runtime.advance(1);
      return node.log;
    };
    const told = expect.stringMatching(/^error: Somebody in this room has another password/);
    for (const node of [a, b]) await expect.poll(() => advanced(node)).toEqual([told]);
    const c = room.join(C, right);
    await expect.poll(() => advanced(c)).toEqual(expect.arrayContaining([told, "connected"]));
    await expect.poll(() => connectedTo(a)).toEqual([C]);
    for (let minute = 0; minute < 10; minute++) {
      await room.runtime.advance(MINUTE);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const plain = room.join("d".repeat(32) as NodeId);
    await expect.poll(() => advanced(plain)).toEqual([told]);
    await expect.poll(() => advanced(a)).toEqual([told, "connected", told]);
    expect(connectedTo(c)).toEqual([A]);
    expect([b, plain].flatMap(connectedTo)).toEqual([]);
    expect(room.channels.opened).toBe(2);
  });

  it("T8: dials no more who has another password, whoever finds out, until it joins anew", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    b.open.get(A)?.close("unauthorized: another password");
    await room.runtime.advance(60 * MINUTE);
    const story = ["connected", "disconnected: unauthorized: another password"];
    expect([a.log, b.log]).toEqual([story, story]);
    expect(room.channels.opened).toBe(2);
    await b.mesh.leave();
    room.join(B);
    await room.runtime.advance(100);
    expect(connectedTo(a)).toEqual([B]);
  });

  it("T6: never dials a peer that has vanished, and connects at once when it is back", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(MINUTE);
    b.crash();
    await room.runtime.advance(20_000);
    expect(a.log).toEqual(["connected", "disconnected: the peer does not answer"]);
    const opened = room.channels.opened;
    await room.runtime.advance(30 * MINUTE);
    expect(room.channels.opened).toBe(opened);
    room.join(B);
    await room.runtime.advance(100);
    expect(connectedTo(a)).toEqual([B]);
  });

  it("takes a reloaded page's new connection in place of the old, whose end is told first", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(MINUTE);
    b.crash();
    room.join(B);
    await room.runtime.advance(100);
    expect(a.log).toEqual(["connected", "disconnected: replaced by a newer connection", "connected"]);
    await room.runtime.advance(10 * MINUTE);
    expect(a.log).toHaveLength(3);
  });

  it("tells the end of a connection to an earlier life when the newer one leaves before it is connected", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(MINUTE);
    b.crash();
    room.channels.blocked = true;
    const again = room.join(B);
    await room.runtime.advance(100);
    void again.mesh.leave();
    await room.runtime.advance(MINUTE);
    expect(a.log).toEqual(["connected", "disconnected: the peer left the room"]);
  });

  it("C1: tells both of two live instances of one NodeId, once, and connects neither to the other", async () => {
    const room = new Room();
    const start = room.runtime.now();
    const older = room.join(A);
    await room.runtime.advance(5000);
    const younger = room.join(A);
    await room.runtime.advance(10 * MINUTE);
    expect([older.log, younger.log]).toEqual([[`twin ${start + 5000}`], [`twin ${start}`]]);
    expect(room.channels.opened).toBe(0);
  });

  it("C1: takes no late announcement of this store's last life for a twin", async () => {
    const room = new Room();
    const before = room.join(A);
    await room.runtime.advance(100);
    const [announcement] = room.ways[0]?.log ?? [];
    before.crash();
    const after = room.join(A);
    if (announcement !== undefined) room.ways[0]?.deliver(announcement);
    await room.runtime.advance(100);
    expect(announcement?.type).toBe("announce");
    expect(after.log).toEqual([]);
  });

  it("T5: outlives the loss of all signaling, and finds newcomers when it is back", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    for (const way of room.ways) way.down = true;
    const c = room.join(C);
    await room.runtime.advance(10 * MINUTE);
    expect([a.log, b.log, c.log]).toEqual([["connected"], ["connected"], []]);
    for (const way of room.ways) way.restore();
    await room.runtime.advance(100);
    expect(connectedTo(c)).toEqual([A, B]);
  });

  it("closes a connection that brings garbage, says why on both sides, and tries again later", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    const c = room.join(C);
    await room.runtime.advance(MINUTE);
    b.channels[0]?.inject(Uint8Array.of(0xff, 1, 2, 3));
    await room.runtime.advance(100);
    expect(a.log.concat(b.log).filter((entry) => entry.startsWith("disconnected"))).toEqual([
      "disconnected: invalid frame: a frame of unknown kind 15",
      "disconnected: invalid frame: a frame of unknown kind 15",
    ]);
    expect(c.log).toEqual(["connected", "connected"]);
    await room.runtime.advance(5000);
    expect(connectedTo(a)).toEqual([B, C]);
  });

  it("T4: a page that is put aside waits for no goodbye to arrive, and the others know at once", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    const timers = room.runtime.timers;
    a.mesh.vanish();
    expect(room.runtime.timers).toBe(timers / 2);
    await room.runtime.advance(0);
    expect(a.log).toEqual(["connected", "disconnected: stopped"]);
    expect(b.log).toEqual(["connected", "disconnected: the peer left the room"]);
  });

  it.each([A, B])(
    "T4: dials anew at once when a peer calls that %s, asleep until now, believes connected",
    async (sleeper) => {
      const room = new Room();
      const [a, b] = [room.join(A), room.join(B)];
      await room.runtime.advance(100);
      const [asleep, awake] = sleeper === A ? [a, b] : [b, a];
      // Its end does not learn that the other has given it up.
      for (const channel of asleep.channels) channel.dead = true;
      awake.open.get(asleep.nodeId)?.close("it does not answer");
      room.runtime.jump(MINUTE);
      await room.runtime.advance(1500);
      expect(asleep.log).toEqual(["connected", "disconnected: replaced by a newer connection", "connected"]);
      expect(connectedTo(awake)).toEqual([sleeper]);
    },
  );

  it("leaves nothing behind: no timer runs, and the others know at once", async () => {
    const room = new Room();
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(100);
    await a.mesh.leave();
    expect(a.log).toEqual(["connected", "disconnected: stopped"]);
    expect(b.log).toEqual(["connected", "disconnected: the peer left the room"]);
    await b.mesh.leave();
    expect(room.runtime.timers).toBe(0);
  });

  it("ends with one connection a pair, known to both, whatever happened before", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("join", "leave", "crash"), node: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("down", "up", "block", "unblock"), node: fc.nat(1) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), node: fc.constantFrom(0, 1, 300, 3000, 30_000) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const room = new Room(2);
        const nodes: (MeshNode | undefined)[] = [undefined, undefined, undefined];
        const all: MeshNode[] = [];
        const join = (i: number): void => {
          const node = room.join([A, B, C][i] as NodeId);
          nodes[i] = node;
          all.push(node);
        };
        for (const { do: what, node: i } of steps) {
          if (what === "join" && nodes[i] === undefined) join(i);
          else if (what === "leave" || what === "crash") {
            if (what === "crash") nodes[i]?.crash();
            else void nodes[i]?.mesh.leave();
            nodes[i] = undefined;
          } else if (what === "down" && room.ways[i]) room.ways[i].down = true;
          else if (what === "up") room.ways[i]?.restore();
          else if (what === "block" || what === "unblock") room.channels.blocked = what === "block";
          else if (what === "wait") await room.runtime.advance(i);
        }
        room.channels.blocked = false;
        for (const way of room.ways) way.restore();
        for (const [i, node] of nodes.entries()) if (node === undefined) join(i);
        await room.runtime.advance(5 * MINUTE);
        for (const node of nodes) {
          if (node === undefined) continue;
          expect(connectedTo(node)).toEqual([A, B, C].filter((nodeId) => nodeId !== node.nodeId));
          const before = node.log.length;
          for (const connection of node.open.values()) connection.send(Uint8Array.of(1), "live");
          await room.runtime.advance(1);
          const others = nodes.filter((other) => other !== node);
          expect(others.map((other) => other?.log.at(-1))).toEqual(["message 1", "message 1"]);
          expect(node.log.length).toBe(before);
        }
        expect(all.flatMap(({ log }) => log).filter((entry) => entry.startsWith("fault"))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
