import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { PeerConnection } from "./connection.ts";
import { encodeData, encodeHello, encodePing, FRAME, FRAMING_VERSION, MIN_PIECE_BYTES } from "./framing.ts";
import type { FrameChannel, FrameChannelEvents } from "./frame-channel.ts";

/** A connection whose peer is the test: what it sends is noted, and what it hears is what the test makes it hear. */
class Scripted {
  readonly runtime = new ManualRuntime();
  readonly sent: Uint8Array[] = [];
  readonly log: string[] = [];
  destroyed = false;
  events!: FrameChannelEvents;
  bufferedAmount = 0;
  readonly connection: PeerConnection;

  constructor() {
    const channel: FrameChannel = {
      maxFrameBytes: 16 * 1024,
      bufferedAmount: 0,
      channelBinding: new Uint8Array(),
      send: (frame) => void this.sent.push(frame),
      pumpBelow() {},
      async path() {},
      signal() {},
      destroy: () => (this.destroyed = true),
    };
    Object.defineProperty(channel, "bufferedAmount", { get: () => this.bufferedAmount });
    this.connection = new PeerConnection({
      peer: "b".repeat(32) as NodeId,
      runtime: this.runtime,
      openChannel: (events) => {
        this.events = events;
        return channel;
      },
      events: {
        signal: () => {},
        opened: () => this.log.push("opened"),
        message: (message) => this.log.push(`message of ${message.byteLength}`),
        error: (error) => this.log.push(`error: ${error.message}`),
        closed: (reason, leaving) => this.log.push(`${leaving ? "left" : "closed"}: ${reason}`),
      },
    });
  }

  open(): this {
    this.events.open();
    this.events.frame(encodeHello());
    return this;
  }

  kinds(): (number | undefined)[] {
    return this.sent.map(([header]) => header && header >> 4);
  }
}

describe("connection", () => {
  it("counts as open when both ends are, in whichever order they say so", () => {
    const here = new Scripted();
    here.events.open();
    expect(here.log).toEqual([]);
    here.events.frame(encodeHello());
    const there = new Scripted();
    there.events.frame(encodeHello());
    expect(there.log).toEqual([]);
    there.events.open();
    expect([here.log, there.log]).toEqual([["opened"], ["opened"]]);
    expect(here.kinds()).toEqual([FRAME.hello]);
  });

  it.each([
    ["data before the greeting", encodeData("live", true, true, new Uint8Array(1))],
    ["a ping before the greeting", encodePing(FRAME.ping)],
    ["framing version 9, where this side speaks 1", Uint8Array.of(FRAME.hello << 4, 9, 1, 2)],
    ["a frame that is not binary", undefined],
    ["an empty frame", new Uint8Array(0)],
  ])("ends over %s", async (what, frame) => {
    expect(FRAMING_VERSION).toBe(1);
    const { events, log, runtime } = new Scripted();
    events.open();
    events.frame(frame);
    events.frame(encodeHello());
    await runtime.advance(0);
    expect(log).toEqual([
      `error: A peer sent a frame that no replica sends (${what}); its connection is closed.`,
      `closed: invalid frame: ${what}`,
    ]);
  });

  it("gives up when nothing comes of it, and leaves no timer", async () => {
    const { events, log, runtime, connection } = new Scripted();
    events.open();
    await runtime.advance(60_000);
    await connection.gone;
    expect(log).toEqual(["closed: no connection came about in time"]);
    expect(runtime.timers).toBe(0);
  });

  it("that is said to end sends nothing for a moment, asks, and goes on; and is held up by that once (T4)", async () => {
    const peer = new Scripted().open();
    const text = new Uint8Array(3);
    peer.connection.saidToLeave();
    peer.connection.send(text, "live");
    await peer.runtime.advance(400);
    expect(peer.kinds()).toEqual([FRAME.hello]);
    await peer.runtime.advance(200);
    expect(peer.kinds()).toEqual([FRAME.hello, FRAME.data, FRAME.ping]);
    peer.connection.saidToLeave();
    peer.connection.send(text, "live");
    expect(peer.kinds().at(-1)).toBe(FRAME.data);
    expect(peer.log).toEqual(["opened"]);
  });

  it("sends a goodbye after what is queued as control, and gives the peer time to read it", async () => {
    const peer = new Scripted().open();
    peer.bufferedAmount = 1e9;
    peer.connection.send(new Uint8Array(5), "bulk");
    peer.connection.send(new Uint8Array(6), "control");
    peer.connection.close("enough");
    expect(peer.kinds()).toEqual([FRAME.hello, FRAME.data, FRAME.goodbye]);
    expect(peer.sent[1]?.byteLength).toBe(7);
    expect([peer.destroyed, peer.log]).toEqual([false, ["opened"]]);
    peer.events.frame(encodeData("live", true, true, new Uint8Array(1)));
    await peer.runtime.advance(2000);
    expect([peer.destroyed, peer.log]).toEqual([true, ["opened", "closed: enough"]]);
    peer.connection.send(new Uint8Array(1), "control");
    peer.connection.close("again");
    await peer.runtime.advance(2000);
    expect([peer.sent.length, peer.log.length, peer.runtime.timers]).toEqual([3, 2, 0]);
  });

  it("T4: asks a silent peer and lets it live as long as it answers", async () => {
    const peer = new Scripted().open();
    for (let i = 0; i < 10; i++) {
      await peer.runtime.advance(10_000);
      peer.events.frame(encodePing(FRAME.pong));
    }
    expect(peer.log).toEqual(["opened"]);
    await peer.runtime.advance(20_000);
    expect(peer.log).toEqual(["opened", "closed: the peer does not answer"]);
    expect(peer.destroyed).toBe(true);
  });

  it("T2: ends over a message that is begun and not gone on with", async () => {
    const peer = new Scripted().open();
    peer.events.frame(encodeData("bulk", true, false, new Uint8Array(MIN_PIECE_BYTES)));
    for (let i = 0; i < 20; i++) {
      await peer.runtime.advance(4000);
      peer.events.frame(encodePing(FRAME.pong));
    }
    expect(peer.log).toEqual(["opened", "closed: a message was begun and not gone on with"]);
  });

  it("T3: ends rather than queue without bound for a peer that takes nothing", async () => {
    const peer = new Scripted().open();
    peer.bufferedAmount = 1e9;
    const message = new Uint8Array(16 * 1024 * 1024);
    for (let i = 0; i < 9; i++) peer.connection.send(message, "bulk");
    await peer.runtime.advance(0);
    expect(peer.log).toEqual(["opened", "closed: the peer does not keep up"]);
    expect(peer.connection.queuedBytes("bulk")).toBe(0);
  });

  it("tells apart a peer that leaves from one that only closes", () => {
    const leaving = new Scripted().open();
    const other = new Scripted();
    other.open().connection.leave();
    const goodbye = other.sent.at(-1);
    leaving.events.frame(goodbye);
    expect(leaving.log).toEqual(["opened", "left: the peer left the room"]);
    expect(other.log).toEqual(["opened"]);
  });
});
