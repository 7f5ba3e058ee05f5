import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { FakeChannels, FakeSignaling, MeshNode } from "./mesh.fixture.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

class LargeRoom {
  readonly runtime = new ManualRuntime();
  readonly channels = new FakeChannels();
  readonly way = new FakeSignaling((below) => this.#below(below));
  readonly nodes = new Map<NodeId, MeshNode>();

  join(): MeshNode {
    const nodeId = Buffer.from(this.runtime.randomBytes(16)).toString("hex") as NodeId;
    const node = new MeshNode(nodeId, this.runtime, this.channels, [this.way]);
    this.nodes.set(nodeId, node);
    return node;
  }

  static async of(count: number): Promise<LargeRoom> {
    const room = new LargeRoom();
    for (let i = 0; i < count; i++) room.join();
    await room.runtime.advance(MINUTE);
    return room;
  }

  crash(node: MeshNode): void {
    node.crash();
    this.nodes.delete(node.nodeId);
  }

  get degrees(): number[] {
    return [...this.nodes.values()].map((node) => node.open.size);
  }

  /** Every link is known to both of its ends, and from any node all are reached over links. */
  check(): void {
    for (const [nodeId, node] of this.nodes) {
      for (const peer of node.open.keys()) expect(this.nodes.get(peer)?.open.has(nodeId)).toBe(true);
      expect(node.log.filter((entry) => /^(fault|error|twin)/.test(entry))).toEqual([]);
    }
    const [start] = this.nodes.keys();
    const reached = new Set([start as NodeId]);
    for (const nodeId of reached) for (const peer of this.nodes.get(nodeId)?.open.keys() ?? []) reached.add(peer);
    expect(reached.size).toBe(this.nodes.size);
  }

  #below(count: number): number {
    const [high = 0, low = 0] = this.runtime.randomBytes(2);
    return (high * 256 + low) % count;
  }
}

describe("a mesh in large rooms (T7)", () => {
  it("gives each of many that come at once 8 to 12 links, in one piece, and then leaves them alone", async () => {
    const room = await LargeRoom.of(50);
    room.check();
    expect(Math.min(...room.degrees)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...room.degrees)).toBeLessThanOrEqual(12);
    const { opened } = room.channels;
    // Both ends count: so many RTCPeerConnections did the average page make (T6).
    expect(opened / 50).toBeLessThan(24);
    await room.runtime.advance(10 * MINUTE);
    expect(room.channels.opened).toBe(opened);
  });

  it("T6: exchanges some links, about one an hour from each end, and stays in one piece", async () => {
    const room = await LargeRoom.of(16);
    const { opened } = room.channels;
    await room.runtime.advance(2 * HOUR);
    room.check();
    const exchanged = (room.channels.opened - opened) / 2 / 16 / 2;
    expect(exchanged).toBeGreaterThan(0.5);
    expect(exchanged).toBeLessThan(1.5);
  });

  it("always has a place for a newcomer, and mends what is torn when a third vanishes at once", async () => {
    const room = await LargeRoom.of(45);
    const newcomer = room.join();
    await room.runtime.advance(5000);
    expect(newcomer.open.size).toBeGreaterThanOrEqual(8);
    for (const node of [...room.nodes.values()].slice(0, 15)) room.crash(node);
    await room.runtime.advance(2 * MINUTE);
    room.check();
    expect(Math.min(...room.degrees)).toBeGreaterThanOrEqual(8);
  });

  it("links everybody to everybody again when a room has become small", async () => {
    const room = await LargeRoom.of(16);
    for (const node of [...room.nodes.values()].slice(0, 6)) {
      void node.mesh.leave();
      room.nodes.delete(node.nodeId);
    }
    await room.runtime.advance(2 * MINUTE);
    expect(room.degrees).toEqual(Array.from({ length: 10 }, () => 9));
  });

  it("links those that prefer each other wherever they are, beyond the links of all, and keeps them", async () => {
    const room = await LargeRoom.of(50);
    const voters = [...room.nodes.values()].slice(0, 5);
    const preferred = new Set(voters.map(({ nodeId }) => nodeId));
    for (const voter of voters) voter.mesh.prefer(preferred);
    await room.runtime.advance(MINUTE);
    for (let i = 0; i < 10; i++) room.join();
    await room.runtime.advance(5 * MINUTE);
    room.check();
    for (const { open } of voters) {
      expect([...preferred].filter((peer) => open.has(peer)).length).toBe(4);
      expect(open.size).toBeGreaterThanOrEqual(12);
      expect(open.size).toBeLessThanOrEqual(16);
    }
  });

  it("has each hear as much in a room of 60 as in one of 30, per minute", async () => {
    const perMinute = async (count: number): Promise<number> => {
      const room = await LargeRoom.of(count);
      await room.runtime.advance(4 * MINUTE);
      const before = room.way.deliveries;
      await room.runtime.advance(6 * MINUTE);
      return (room.way.deliveries - before) / 6 / count;
    };
    const [few, many] = [await perMinute(30), await perMinute(60)];
    expect(few).toBeGreaterThan(5);
    expect(many / few).toBeLessThan(1.3);
  });

  it("T5: stays as it is when signaling is lost, and mends itself when it is back", async () => {
    const room = await LargeRoom.of(40);
    room.way.down = true;
    for (const node of [...room.nodes.values()].slice(0, 10)) room.crash(node);
    await room.runtime.advance(5 * MINUTE);
    room.check();
    room.way.restore();
    await room.runtime.advance(2 * MINUTE);
    room.check();
    expect(Math.min(...room.degrees)).toBeGreaterThanOrEqual(8);
  });
});
