import { describe, expect, it } from "vitest";
import { decodeFrame, SAFE_FRAME_BYTES, type DataFrame } from "./framing.ts";
import { SendQueue, type FrameSink } from "./send-queue.ts";

/** A channel that drains only when told to. */
class FakeSink implements FrameSink {
  readonly maxFrameBytes: number = SAFE_FRAME_BYTES;
  readonly sent: DataFrame[] = [];
  bufferedAmount = 0;
  threshold = 0;
  mostBuffered = 0;

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.sent.push(decodeFrame(frame) as DataFrame);
    this.bufferedAmount += frame.byteLength;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
  }

  pumpBelow(bytes: number): void {
    this.threshold = bytes;
  }
}

const KIB = 1024;

/** Lets the sink drain at that rate until the queue is empty. */
function drain(sink: FakeSink, queue: SendQueue, clock: { now: number }, bytesPerMs: number): void {
  while (queue.queuedBytes("bulk") > 0 || sink.bufferedAmount > 0) {
    clock.now++;
    sink.bufferedAmount = Math.max(0, sink.bufferedAmount - bytesPerMs);
    if (sink.bufferedAmount <= sink.threshold) queue.pump();
  }
}

describe("send queue", () => {
  it("T3: keeps little in the browser's buffer, and the more the faster it drains", () => {
    const limits = [100, 5_000, 50_000].map((bytesPerMs) => {
      const [sink, clock] = [new FakeSink(), { now: 0 }];
      const queue = new SendQueue(sink, () => clock.now);
      for (let i = 0; i < 8; i++) queue.push(new Uint8Array(256 * KIB), "bulk");
      drain(sink, queue, clock, bytesPerMs);
      sink.mostBuffered = 0;
      for (let i = 0; i < 40; i++) queue.push(new Uint8Array(256 * KIB), "bulk");
      drain(sink, queue, clock, bytesPerMs);
      return sink.mostBuffered;
    });
    for (const limit of limits) expect(limit).toBeLessThanOrEqual(256 * KIB + SAFE_FRAME_BYTES);
    const [slow, middling, fast] = limits as [number, number, number];
    expect(slow).toBeLessThanOrEqual(64 * KIB + SAFE_FRAME_BYTES);
    expect(middling).toBeGreaterThan(slow);
    expect(fast).toBeGreaterThan(middling);
  });

  it("T3: control overtakes 30 MB of bulk at the next frame", () => {
    const [sink, clock] = [new FakeSink(), { now: 0 }];
    const queue = new SendQueue(sink, () => clock.now);
    for (let i = 0; i < 30; i++) queue.push(new Uint8Array(1000 * KIB), "bulk");
    const before = sink.sent.length;
    queue.push(new Uint8Array(10), "control");
    expect(sink.sent.length).toBe(before);
    sink.bufferedAmount = sink.threshold;
    queue.pump();
    expect(sink.sent[before]?.priority).toBe("control");
  });

  it("lets a lower class have its turn while a higher one never runs dry", () => {
    const [sink, clock] = [new FakeSink(), { now: 0 }];
    const queue = new SendQueue(sink, () => clock.now);
    sink.bufferedAmount = 1e9;
    queue.push(new Uint8Array(100 * KIB), "bulk");
    for (let i = 0; i < 200; i++) queue.push(new Uint8Array(1), "live");
    sink.bufferedAmount = 0;
    queue.pump();
    const order = sink.sent.map(({ priority }) => priority);
    expect(order.slice(0, 17)).toEqual([...Array.from({ length: 16 }, () => "live"), "bulk"]);
    expect(order.indexOf("bulk", 17)).toBe(33);
  });

  it("hands over all control and drops the rest when it finishes", () => {
    const sink = new FakeSink();
    const queue = new SendQueue(sink, () => 0);
    sink.bufferedAmount = 1e9;
    for (let i = 0; i < 50; i++) queue.push(Uint8Array.of(i), "control");
    queue.push(new Uint8Array(1000), "live");
    queue.push(new Uint8Array(1000), "bulk");
    queue.finish();
    expect(sink.sent.map(({ piece }) => piece[0])).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([queue.queuedBytes("live"), queue.queuedBytes("bulk")]).toEqual([0, 0]);
  });

  it("keeps count over thousands of messages", () => {
    const sink = new FakeSink();
    const queue = new SendQueue(sink, () => 0);
    sink.bufferedAmount = 1e9;
    for (let i = 0; i < 5000; i++) queue.push(Uint8Array.of(i & 0xff), "live");
    expect(queue.queuedBytes("live")).toBe(5000);
    while (queue.queuedBytes("live") > 0) {
      sink.bufferedAmount = 0;
      queue.pump();
    }
    expect(sink.sent.every(({ piece }, i) => piece[0] === (i & 0xff))).toBe(true);
    expect(sink.sent).toHaveLength(5000);
  });
});
