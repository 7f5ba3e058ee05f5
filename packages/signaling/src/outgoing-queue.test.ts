import { describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { DEFAULT_LIMITS } from "./limits.ts";
import { OutgoingQueue, OutgoingTotal } from "./outgoing-queue.ts";

const LIMITS = { ...DEFAULT_LIMITS, maxPayloadBytes: 10, maxBufferedBytes: 100, maxTotalBufferedBytes: 250 };

/** A reader that takes what is sent when the test says so. */
class Reader {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly #sent: (() => void)[] = [];
  readonly queue: OutgoingQueue;

  constructor(total: OutgoingTotal) {
    this.queue = new OutgoingQueue(this as unknown as WebSocket, LIMITS, total);
  }

  get isOpen(): boolean {
    return this.readyState === this.OPEN;
  }

  send(_frame: Buffer, _options: object, sent: () => void): void {
    this.#sent.push(sent);
  }

  terminate(): void {
    this.readyState = 3;
  }

  readAll(): void {
    for (const sent of this.#sent.splice(0)) sent();
  }

  receive(bytes: number): boolean {
    return this.queue.send(Buffer.alloc(bytes));
  }
}

describe("T10: a slow reader", () => {
  test("may let so much queue up, and is terminated beyond it", () => {
    const total = new OutgoingTotal();
    const reader = new Reader(total);
    expect([reader.receive(60), reader.receive(40), total.bytes]).toEqual([true, true, 100]);
    reader.readAll();
    expect([reader.receive(100), reader.receive(1), reader.isOpen]).toEqual([true, false, false]);
    reader.queue.dispose();
    // ws tells of what it did not send, too.
    reader.readAll();
    expect(total.bytes).toBe(0);
  });

  test("may let no more than a message queue up while all together have too much", () => {
    const total = new OutgoingTotal();
    const slow = [new Reader(total), new Reader(total), new Reader(total)];
    const quick = new Reader(total);
    expect(slow.map((reader) => reader.receive(100))).toEqual([true, true, false]);
    expect(quick.receive(10)).toBe(true);
    quick.readAll();
    expect(slow[0]?.receive(1)).toBe(false);
    expect(slow[1]?.isOpen).toBe(true);
    expect(quick.isOpen).toBe(true);
  });
});
