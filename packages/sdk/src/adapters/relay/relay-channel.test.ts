import { describe, expect, it } from "vitest";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import type { Instance } from "../signaling/envelope.ts";
import type { RelaySignal, Signal } from "../signaling/signal.ts";
import { isRelaySignal } from "../signaling/signal.ts";
import { FakeRelay } from "./relay.fixture.ts";
import { RELAY_FRAME_BYTES, RelayChannel } from "./relay-channel.ts";

const [OFFERING, ANSWERING] = ["00".repeat(8), "11".repeat(8)] as [Instance, Instance];
const keyOf = (byte: number): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
const RIGHT = await keyOf(1);

/** One side of a line, and what it was told. */
class Side {
  readonly runtime = new ManualRuntime();
  readonly frames: Uint8Array<ArrayBuffer>[] = [];
  readonly log: string[] = [];
  readonly signals: RelaySignal[] = [];
  drained = 0;
  /** Carries signals to the other side. */
  carry: (signal: Signal) => void = () => {};
  readonly channel: RelayChannel;

  constructor(relay: FakeRelay, self: Instance, relayingKey: CryptoKey) {
    const [initiator, to] = [self === OFFERING, self === OFFERING ? ANSWERING : OFFERING];
    this.channel = new RelayChannel(
      { initiator, relay: relay.of(self), to, relayingKey, runtime: this.runtime },
      {
        signal: (signal) => {
          if (isRelaySignal(signal)) this.signals.push(signal);
          this.carry(signal);
        },
        open: () => void this.log.push("open"),
        frame: (bytes) => void (bytes && this.frames.push(new Uint8Array(bytes))),
        drained: () => void this.drained++,
        closed: (reason) => void this.log.push(reason),
      },
    );
  }
}

function sidesOf(relay: FakeRelay, keys: readonly [CryptoKey, CryptoKey] = [RIGHT, RIGHT]): [Side, Side] {
  const [a, b] = [new Side(relay, OFFERING, keys[0]), new Side(relay, ANSWERING, keys[1])];
  a.carry = (signal) => b.channel.signal(signal);
  b.carry = (signal) => a.channel.signal(signal);
  return [a, b];
}

async function opened(relay: FakeRelay): Promise<[Side, Side]> {
  const [a, b] = sidesOf(relay);
  await expect.poll(() => [a.log, b.log]).toEqual([["open"], ["open"]]);
  return [a, b];
}

const frame = (length: number, byte = 7): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(byte);
const lengths = (side: Side): number[] => side.frames.map(({ length }) => length);
const LOST = "a relayed packet was lost, repeated or altered on the way";

describe("T11: a relayed channel", () => {
  it("brings frames both ways, in order, by way of `relay`", async () => {
    const [a, b] = await opened(new FakeRelay());
    for (let i = 1; i <= 50; i++) {
      a.channel.send(frame(i));
      b.channel.send(frame(100 + i));
    }
    await expect.poll(() => lengths(b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    await expect.poll(() => lengths(a)).toEqual(Array.from({ length: 50 }, (_, i) => i + 101));
    expect(await a.channel.path()).toBe("relay");
  });

  it("binds both ends to both public keys", async () => {
    const [a, b] = await opened(new FakeRelay());
    expect(a.channel.channelBinding).toEqual(b.channel.channelBinding);
    const [again] = await opened(new FakeRelay());
    expect(again.channel.channelBinding).not.toEqual(a.channel.channelBinding);
    const text = Buffer.from(a.channel.channelBinding).toString("hex");
    for (const { key } of [...a.signals, ...b.signals]) {
      expect(text).toContain(Buffer.from(key, "base64url").toString("hex"));
    }
  });

  it("shows the relay nothing of what it carries, and seals the same anew each time", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    for (let i = 0; i < 3; i++) {
      a.channel.send(new TextEncoder().encode("a secret of the room"));
      await expect.poll(() => b.frames.length).toBe(i + 1);
    }
    const carried = relay.carried.map((packet) => Buffer.from(packet));
    expect(carried).toHaveLength(3);
    expect(carried.filter((packet) => packet.includes("secret"))).toEqual([]);
    expect(new Set(carried.map((packet) => packet.toString("hex"))).size).toBe(3);
  });

  it.each<
    [string, (packet: Uint8Array<ArrayBuffer>, seen: readonly Uint8Array<ArrayBuffer>[]) => Uint8Array<ArrayBuffer>[]]
  >([
    ["altered", (packet) => [packet.map((byte, i) => (i === 3 ? byte ^ 1 : byte))]],
    ["repeated", (packet) => [packet, packet]],
    ["lost", (packet, seen) => (seen.length === 2 ? [] : [packet])],
    ["in another order", (packet, seen) => (seen.length === 1 ? [] : seen.length === 2 ? seen.toReversed() : [packet])],
    ["cut off", (packet) => [packet.slice(0, 10)]],
  ])("ends where a packet is %s, and takes nothing from there on", async (_what, tamper) => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    const seen: Uint8Array<ArrayBuffer>[] = [];
    relay.tamper = (packet) => {
      seen.push(packet);
      return tamper(packet, seen);
    };
    for (let i = 1; i <= 4; i++) {
      a.channel.send(frame(i));
      // Each in a packet of its own.
      await expect.poll(() => a.channel.bufferedAmount).toBe(0);
      await expect.poll(() => relay.carried.length).toBe(i);
    }
    await expect.poll(() => b.log).toEqual(["open", LOST]);
    expect(lengths(b).length).toBeLessThan(3);
    expect(lengths(b)).toEqual([1, 2, 3].slice(0, lengths(b).length));
  });

  it("opens nothing that somebody with another password has sealed", async () => {
    const relay = new FakeRelay();
    const [a, b] = sidesOf(relay, [RIGHT, await keyOf(2)]);
    await expect.poll(() => [a.log, b.log]).toEqual([["open"], ["open"]]);
    a.channel.send(frame(1));
    await expect.poll(() => b.log).toEqual(["open", LOST]);
    expect(b.frames).toEqual([]);
  });

  it("takes no key that is no point of the curve, and no answer to another line", async () => {
    const relay = new FakeRelay();
    const [a, b] = [new Side(relay, OFFERING, RIGHT), new Side(relay, ANSWERING, RIGHT)];
    await expect.poll(() => a.signals).toHaveLength(1);
    const [offer] = a.signals as [RelaySignal];
    b.channel.signal({ ...offer, key: "A".repeat(87) });
    await expect.poll(() => b.log).toHaveLength(1);
    a.channel.signal({ ...offer, type: "relay-answer", line: "ff".repeat(8) as RelaySignal["line"] });
    a.channel.signal(offer);
    const c = new Side(relay, ANSWERING, RIGHT);
    c.carry = (signal) => a.channel.signal(signal);
    c.channel.signal(offer);
    await expect.poll(() => [a.log, c.log]).toEqual([["open"], ["open"]]);
  });

  it("puts many small frames into few packets", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    for (let i = 0; i < 500; i++) a.channel.send(frame(20));
    await expect.poll(() => b.frames.length).toBe(500);
    expect(relay.carried.length).toBeLessThan(4);
  });

  it("has no more under way than a window, until the other side has taken it in", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    relay.hold();
    const frames = 40;
    for (let i = 0; i < frames; i++) a.channel.send(frame(RELAY_FRAME_BYTES));
    const window = 64 * 1024;
    await expect.poll(() => a.channel.bufferedAmount).toBeLessThanOrEqual(frames * RELAY_FRAME_BYTES - window);
    // Whatever else wakes it: nothing more leaves.
    a.channel.send(frame(1));
    await a.runtime.advance(60_000);
    const carried = (): number => relay.carried.reduce((sum, { length }) => sum + length, 0);
    expect(carried()).toBeLessThan(window + 17 * 1024);
    expect(b.frames).toEqual([]);
    relay.release();
    await expect.poll(() => b.frames.length).toBe(frames + 1);
    expect(a.channel.bufferedAmount).toBe(0);
  });

  it("waits as long as the relay asks it to, and goes on", async () => {
    const relay = new FakeRelay();
    relay.waitMs = 500;
    const [a, b] = await opened(relay);
    a.channel.send(frame(1));
    await a.runtime.advance(499);
    expect([relay.carried, a.channel.bufferedAmount]).toEqual([[], 1]);
    relay.waitMs = 0;
    await a.runtime.advance(1);
    await expect.poll(() => lengths(b)).toEqual([1]);
  });

  it("says when it has room again", async () => {
    const [a, b] = await opened(new FakeRelay());
    a.channel.pumpBelow(RELAY_FRAME_BYTES);
    for (let i = 0; i < 20; i++) a.channel.send(frame(RELAY_FRAME_BYTES));
    await expect.poll(() => b.frames.length).toBe(20);
    expect(a.drained).toBeGreaterThan(0);
    expect(a.channel.bufferedAmount).toBe(0);
  });

  it("ends where more comes than is allowed to be under way", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    relay.tamper = () => Array.from({ length: 100 }, () => frame(1024));
    a.channel.send(frame(1));
    await expect.poll(() => b.log).toEqual(["open", "the peer sends more than it may"]);
  });

  it("ends with the line, and where there is none", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    relay.end();
    expect([a.log.at(-1), b.log.at(-1)]).toEqual(["no more is relayed", "no more is relayed"]);
    const late = new Side(relay, OFFERING, RIGHT);
    await expect.poll(() => late.log).toEqual(["no signaling server relays to there, or to no more at a time"]);
  });

  it("raises nothing any more once it is destroyed", async () => {
    const relay = new FakeRelay();
    const [a, b] = await opened(relay);
    b.channel.destroy();
    a.channel.send(frame(1));
    await expect.poll(() => relay.carried.length).toBe(1);
    relay.end();
    b.channel.send(frame(1));
    expect([b.log, b.frames]).toEqual([["open"], []]);
  });
});
