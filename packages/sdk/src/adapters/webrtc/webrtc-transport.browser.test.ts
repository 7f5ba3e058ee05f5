import { afterEach, describe, expect, it } from "vitest";
import type { Runtime } from "../../ports/runtime.ts";
import { transportContract } from "../../testing/transport-contract.ts";
import { TestRooms, until, type TransportSubject } from "../../testing/transport-subject.ts";
import { parseEnvelope, type Envelope } from "../signaling/envelope.ts";
import { webrtcTransport } from "./webrtc-transport.ts";

const runtime: Runtime = {
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setTimeout(callback),
};

const transport = webrtcTransport({ runtime });
const subject: TransportSubject = { name: "WebRTC", adapter: () => transport };
transportContract({ describe, it, expect }, subject);

let rooms = new TestRooms(subject);
const restore: (() => void)[] = [];
afterEach(async () => {
  for (const undo of restore.splice(0)) undo();
  const faults = await rooms.close();
  rooms = new TestRooms(subject);
  if (faults.length > 0) throw new Error(faults.join());
});

describe("WebRTC transport", () => {
  it("T3: moves 20,000 x 384 floats with little in the browser's buffer, and control past them", async () => {
    let mostBuffered = 0;
    const sending = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, "send") as PropertyDescriptor;
    restore.push(() => Object.defineProperty(RTCDataChannel.prototype, "send", sending));
    Object.defineProperty(RTCDataChannel.prototype, "send", {
      ...sending,
      value(this: RTCDataChannel, data: unknown) {
        Reflect.apply(sending.value as () => void, this, [data]);
        mostBuffered = Math.max(mostBuffered, this.bufferedAmount);
      },
    });
    const [a, b] = await rooms.pair();
    const connection = await a.connection(b);
    const batches = 20;
    const batch = new Uint8Array(1000 * 384 * 4);
    for (let i = 0; i < batches; i++) connection.send(batch, "bulk");
    connection.send(Uint8Array.of(1), "control");
    await until("all", () => b.received.length === batches + 1);
    const lengths = b.received.map(({ message }) => message.byteLength);
    expect(lengths.indexOf(1)).toBeLessThanOrEqual(1);
    expect(lengths.filter((length) => length === batch.byteLength)).toHaveLength(batches);
    expect(mostBuffered).toBeLessThanOrEqual((256 + 64) * 1024);
  });

  it("T2: a live connection takes no harm from forged and garbled signals", async () => {
    const a = await rooms.join();
    const overheard: Envelope[] = [];
    const channel = new BroadcastChannel(`vecmesh:${a.room}`);
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      const envelope = parseEnvelope(data);
      if (envelope !== undefined) overheard.push(envelope);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has one origin
    const send = (forged: unknown): void => channel.postMessage(forged);
    const b = await rooms.join();
    const [toB, toA] = [await a.connection(b), await b.connection(a)];
    await until("candidates", () => overheard.some(({ type }) => type === "signal"));
    for (const envelope of overheard.slice()) {
      if (envelope.type !== "signal") continue;
      for (const attempt of [envelope.attempt, envelope.attempt + 1, 1e9]) {
        for (const signal of [
          envelope.signal,
          { type: "offer", sdp: "v=0\r\ngarbage" },
          { type: "answer", sdp: "v=0\r\ngarbage" },
          { type: "candidate", candidate: { candidate: "candidate:1 1 udp 1 999.9.9.9 99999 typ host", sdpMid: "9" } },
          { type: "transceiverRequest", transceiverRequest: { kind: "video" } },
          {},
        ]) {
          send({ ...envelope, attempt, signal });
        }
      }
    }
    send({ ...overheard[0], type: "goodbye", to: undefined });
    send("garbage");
    channel.close();
    // Behind the forged ones on the way to both: whoever is connected by now has read them.
    const c = await rooms.join();
    await Promise.all([c.connection(a), c.connection(b)]);
    toB.send(Uint8Array.of(1), "live");
    toA.send(Uint8Array.of(2), "live");
    await until("both messages", () => a.received.length === 1 && b.received.length === 1);
    expect([a.ended, b.ended]).toEqual([[], []]);
  });

  it("T4: says goodbye when the page is hidden for good, and joins again when it is brought back", async () => {
    const [a, b] = await rooms.pair();
    globalThis.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    await until("both ends", () => a.ended.length === 1 && b.ended.length === 1);
    globalThis.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await until("a connection again", () => a.open.size === 1 && b.open.size === 1);
    document.dispatchEvent(new Event("visibilitychange"));
    globalThis.dispatchEvent(new Event("online"));
    (await a.connection(b)).send(Uint8Array.of(1), "live");
    await until("the message", () => b.received.length === 1);
    expect([a.ended.length, b.ended.length]).toEqual([1, 1]);
  });

  it("asks for fresh ICE servers for each connection, and waits for them", async () => {
    let asked = 0;
    const patient = webrtcTransport({
      runtime,
      iceServers: async () => {
        asked++;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return [];
      },
    });
    rooms = new TestRooms({ name: "patient", adapter: () => patient });
    const [a, b] = await rooms.pair();
    expect(asked).toBe(2);
    (await a.connection(b)).close("once more");
    await until(
      "a connection again",
      () => a.ended.length === 1 && b.ended.length === 1 && a.open.size === 1 && b.open.size === 1,
    );
    expect(asked).toBe(4);
  });
});
