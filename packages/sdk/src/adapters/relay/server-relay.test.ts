import { startSignalingServer, type SignalingServer, type SignalingServerOptions } from "@vecmesh/signaling";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { mintNodeId } from "../../core/node-id.ts";
import type { Instance } from "../signaling/envelope.ts";
import type { SignalingChannel } from "../signaling/signaling.ts";
import { webSocketSignaling } from "../signaling/websocket-signaling.ts";
import { systemRuntime } from "../system-runtime.ts";
import type { LineName, RelayLine } from "./relay.ts";

const runtime = systemRuntime();
const NAME = "0a".repeat(8) as LineName;
const relay = { bytesPerSecond: 1_000_000 };

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function start(options?: SignalingServerOptions): Promise<SignalingServer> {
  const server = await startSignalingServer({ port: 0, ...options });
  cleanUps.push(() => server.close());
  return server;
}

/** A client of a signaling server, and what has come on its lines. */
class Client {
  readonly instance = Buffer.from(runtime.randomBytes(8)).toString("hex") as Instance;
  readonly packets: number[][] = [];
  readonly ended: string[] = [];
  readonly heard: Instance[] = [];
  opened = 0;
  readonly channel: SignalingChannel;

  constructor(url: string, wantsRelay = true) {
    const signaling = webSocketSignaling({ url, runtime, WebSocket: WebSocket as never, relay: wantsRelay });
    const { instance } = this;
    const nodeId = mintNodeId((length) => runtime.randomBytes(length));
    const announce = (): void =>
      this.channel.send({
        type: "announce",
        nodeId,
        instance,
        openedAt: 1,
        upMs: 1,
        to: undefined,
        answer: false,
        free: true,
      });
    this.channel = signaling.open(
      "room",
      { nodeId, instance },
      {
        opened: () => {
          this.opened++;
          announce();
        },
        received: (envelope) => {
          // Once more, for who came later.
          if (!this.heard.includes(envelope.instance)) announce();
          this.heard.push(envelope.instance);
        },
        present: () => {},
        unreadable: () => {},
        lost: () => {},
        error: () => {},
      },
    );
    cleanUps.push(() => this.channel.close());
  }

  reaches(other: Client): boolean {
    return this.channel.relay?.reaches(other.instance) === true;
  }

  open(other: Client, name: LineName = NAME): RelayLine | undefined {
    return this.channel.relay?.open(other.instance, name, {
      packet: (bytes) => void this.packets.push([...bytes]),
      closed: (reason) => void this.ended.push(reason),
    });
  }
}

async function pair(url: string, otherUrl = url): Promise<[Client, Client]> {
  const [a, b] = [new Client(url), new Client(otherUrl)];
  await expect.poll(() => [a.reaches(b), b.reaches(a)], { timeout: 10_000 }).toEqual([true, true]);
  return [a, b];
}

describe("T11: lines through a signaling server", () => {
  it("bring packets both ways, in order, to the line of their name alone", async () => {
    const [a, b] = await pair((await start({ relay })).url);
    const [toB, toA] = [a.open(b), b.open(a)];
    a.open(b, "0b".repeat(8) as LineName)?.send(Uint8Array.of(9));
    for (let i = 0; i < 20; i++) toB?.send(Uint8Array.of(i, 255));
    toA?.send(new Uint8Array());
    await expect.poll(() => b.packets).toEqual(Array.from({ length: 20 }, (_, i) => [i, 255]));
    await expect.poll(() => a.packets).toEqual([[]]);
  });

  it("are there only where the server relays and this side wants it", async () => {
    const { url } = await start();
    const [a, b] = [new Client(url), new Client(url)];
    await expect
      .poll(() => [a.heard, b.heard])
      .toEqual([expect.arrayContaining([b.instance]), expect.arrayContaining([a.instance])]);
    expect([a.reaches(b), a.open(b)]).toEqual([false, undefined]);
    const unwilling = new Client((await start({ relay })).url, false);
    expect(unwilling.channel.relay).toBe(undefined);
  });

  it("are eight at most, and of one name only one", async () => {
    const [a, b] = await pair((await start({ relay })).url);
    const lines = Array.from({ length: 8 }, (_, i) => a.open(b, `${i}`.padStart(16, "0") as LineName));
    expect(lines).not.toContain(undefined);
    expect([a.reaches(b), a.open(b)]).toEqual([false, undefined]);
    lines[0]?.close();
    expect([a.reaches(b), a.open(b, "1".padStart(16, "0") as LineName)]).toEqual([true, undefined]);
  });

  it("take packets from the other end's socket alone", async () => {
    const { url } = await start({ relay });
    const [a, b] = await pair(url);
    b.open(a);
    const stranger = new Client(url);
    await expect.poll(() => stranger.reaches(b)).toBe(true);
    stranger.open(b)?.send(Uint8Array.of(1));
    a.open(b)?.send(Uint8Array.of(2));
    await expect.poll(() => b.packets).toEqual([[2]]);
  });

  it("are ended when the other end's socket closes, and when this side's does", async () => {
    const server = await start({ relay });
    const [a, b] = await pair(server.url);
    a.open(b);
    b.channel.close();
    await expect.poll(() => a.ended).toHaveLength(1);
    const c = new Client(server.url);
    await expect.poll(() => a.reaches(c)).toBe(true);
    a.open(c);
    await server.close();
    await expect.poll(() => a.ended).toHaveLength(2);
    expect(a.reaches(c)).toBe(false);
  });

  it("ask to wait before the server would, for the pair and for all together", async () => {
    const [a, b] = await pair((await start({ relay: { bytesPerSecond: 40_000, socketBytesPerSecond: 60_000 } })).url);
    const [one, other] = [a.open(b), a.open(b, "0b".repeat(8) as LineName)];
    // Half as much again as what a second brings, and nearly all that it brings to all: half a second to wait.
    one?.send(new Uint8Array(42_992));
    expect(one?.waitMs).toBeGreaterThan(0);
    expect(other?.waitMs).toBe(0);
    other?.send(new Uint8Array(29_992));
    expect(other?.waitMs).toBeGreaterThan(0);
  });
});
