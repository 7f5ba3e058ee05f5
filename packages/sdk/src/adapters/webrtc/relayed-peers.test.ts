import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { FakeChannels, FakeSignaling, MeshNode } from "./mesh.fixture.ts";

const [A, B] = ["a", "b"].map((digit) => digit.repeat(32)) as [NodeId, NodeId];
const MINUTE = 60_000;

/** Two nodes that a firewall stands between, and a signaling server that relays. */
class Room {
  readonly runtime = new ManualRuntime();
  readonly channels = new FakeChannels();
  readonly way = new FakeSignaling();
  relays = true;

  constructor() {
    this.way.relay = {
      reaches: () => this.relays,
      open: () => undefined,
    };
    this.channels.failing = true;
  }

  join(nodeId: NodeId, relays = true): MeshNode {
    return new MeshNode(nodeId, this.runtime, this.channels, [this.way], undefined, relays);
  }

  async joined(): Promise<[MeshNode, MeshNode]> {
    const nodes: [MeshNode, MeshNode] = [this.join(A), this.join(B)];
    await this.runtime.advance(MINUTE);
    expect(await Promise.all(nodes.map((node) => pathOf(node)))).toEqual([["relay"], ["relay"]]);
    return nodes;
  }

  get relayOffers(): number {
    return this.way.log.filter((letter) => letter.type === "signal" && letter.signal.type === "relay-offer").length;
  }
}

const pathOf = async (node: MeshNode): Promise<(string | undefined)[]> =>
  Promise.all(Array.from(node.open.values(), async (connection) => connection.path?.()));
const connected = (node: MeshNode): NodeId[] => [...node.open.keys()];

describe("T11: peers that no direct connection leads to", () => {
  it("are connected through a relay once some attempts have failed, with no error, and talk", async () => {
    const room = new Room();
    const [a, b] = await room.joined();
    expect(room.channels.opened).toBeGreaterThanOrEqual(2);
    a.open.get(B)?.send(Uint8Array.of(1, 2), "live");
    await room.runtime.advance(60 * MINUTE);
    expect([a.log, b.log]).toEqual([["connected"], ["connected", "message 1,2"]]);
    expect(room.relayOffers).toBe(1);
  });

  it("are so within four seconds where attempts fail at once", async () => {
    for (let chance = 0; chance < 20; chance++) {
      const room = new Room();
      room.runtime.randomBytes(7 * chance);
      const [a, b] = [room.join(A), room.join(B)];
      await room.runtime.advance(4000);
      expect([await pathOf(a), await pathOf(b)]).toEqual([["relay"], ["relay"]]);
    }
  });

  it("are so, too, where attempts come to nothing only after a while", async () => {
    const room = new Room();
    [room.channels.failing, room.channels.blocked] = [false, true];
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(3 * MINUTE);
    expect([await pathOf(a), await pathOf(b)]).toEqual([["relay"], ["relay"]]);
    expect([a.log, b.log]).toEqual([["connected"], ["connected"]]);
  });

  it("are not, where a direct one comes about", async () => {
    const room = new Room();
    room.channels.failing = false;
    const [a, b] = [room.join(A), room.join(B)];
    await room.runtime.advance(60 * MINUTE);
    expect([connected(a), connected(b), room.relayOffers]).toEqual([[B], [A], 0]);
  });

  it.each([
    ["this side", false, true, true],
    ["the other side", true, false, true],
    ["the server", true, true, false],
  ])("are told of each other as unreachable where %s relays not", async (_who, here, there, server) => {
    const room = new Room();
    room.relays = server;
    const [a, b] = [room.join(A, here), room.join(B, there)];
    await room.runtime.advance(30 * MINUTE);
    const told = expect.stringMatching(/^error: No connection to replica .* comes about/);
    expect([a.log, b.log]).toEqual([[told], [told]]);
    room.channels.failing = false;
    await room.runtime.advance(10 * MINUTE);
    expect([connected(a), connected(b)]).toEqual([[B], [A]]);
  });

  it("go back to a direct connection when one can be had", async () => {
    const room = new Room();
    const [a, b] = await room.joined();
    room.channels.failing = false;
    await room.runtime.advance(3 * MINUTE);
    const handover = ["connected", "disconnected: replaced by a newer connection", "connected"];
    expect([a.log, b.log]).toEqual([handover, handover]);
    expect([await pathOf(a), await pathOf(b)]).toEqual([[undefined], [undefined]]);
    await room.runtime.advance(60 * MINUTE);
    expect([a.log.length, b.log.length]).toEqual([3, 3]);
  });

  it("look for a direct connection ever more rarely (T6)", async () => {
    const room = new Room();
    await room.joined();
    const before = room.channels.opened;
    await room.runtime.advance(10 * MINUTE);
    expect(room.channels.opened).toBeGreaterThan(before);
    await room.runtime.advance(230 * MINUTE);
    expect((room.channels.opened - before) / 2).toBeLessThan(30);
  });

  it("are connected through it again, first of all, when it was away", async () => {
    const room = new Room();
    const [a, b] = await room.joined();
    const tried = room.channels.opened;
    room.relays = false;
    a.channels.at(-1)?.fail();
    b.channels.at(-1)?.fail();
    room.relays = true;
    await room.runtime.advance(10_000);
    expect([await pathOf(a), await pathOf(b)]).toEqual([["relay"], ["relay"]]);
    expect(room.channels.opened).toBe(tried);
  });

  it.each([500, 2000, 5000, 20_000])(
    "are so within a second when it was away with all signaling for %i ms, however often they had failed before (T5)",
    async (awayMs) => {
      // Failures make waits longer, by chance more or less so.
      for (let chance = 0; chance < 20; chance++) {
        const room = new Room();
        room.runtime.randomBytes(7 * chance);
        const [a, b] = [room.join(A), room.join(B)];
        while (a.open.size === 0) await room.runtime.advance(100);
        room.relays = false;
        room.way.down = true;
        for (const node of [a, b]) node.channels.at(-1)?.fail();
        await room.runtime.advance(awayMs);
        room.relays = true;
        room.way.restore();
        await room.runtime.advance(1000);
        expect([await pathOf(a), await pathOf(b)]).toEqual([["relay"], ["relay"]]);
      }
    },
  );

  it("are told that the other leaves", async () => {
    const room = new Room();
    const [a, b] = await room.joined();
    void b.mesh.leave();
    await room.runtime.advance(2000);
    expect(a.log).toEqual(["connected", "disconnected: the peer left the room"]);
    expect(b.log).toEqual(["connected", "disconnected: stopped"]);
  });
});
