import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { DEFAULT_LIMITS } from "./limits.ts";
import { OutgoingQueue, OutgoingTotal } from "./outgoing-queue.ts";

const LIMITS = { ...DEFAULT_LIMITS, maxPayloadBytes: 10, maxBufferedBytes: 100, maxTotalBufferedBytes: 250 };

/** A reader that takes what is sent when the test says so. */
class Reader {
  readonly OPEN = 1;
  readyState = 1;
  readonly #takes: (() => void)[] = [];
  readonly #stream: Writable;
  readonly queue: OutgoingQueue;

  constructor(total: OutgoingTotal) {
    this.#stream = new Writable({ write: (_chunk, _encoding, took) => void this.#takes.push(took) });
    this.queue = new OutgoingQueue(this as unknown as WebSocket, this.#stream, LIMITS, total);
  }

  get isOpen(): boolean {
    return this.readyState === this.OPEN;
  }

  terminate(): void {
    this.readyState = 3;
    this.#stream.destroy();
  }

  async readAll(): Promise<void> {
    while (this.#takes.length > 0) {
      for (const took of this.#takes.splice(0)) took();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  receive(bytes: number): boolean {
    return this.queue.send(Buffer.alloc(bytes));
  }
}

describe("T10: a slow reader", () => {
  test("may let so much queue up, and is terminated beyond it", async () => {
    const total = new OutgoingTotal();
    const reader = new Reader(total);
    expect([reader.receive(60), reader.receive(40), total.bytes]).toEqual([true, true, 100]);
    await reader.readAll();
    expect(total.bytes).toBe(0);
    expect([reader.receive(100), reader.receive(1), reader.isOpen]).toEqual([true, false, false]);
    reader.queue.dispose();
    // The stream tells of what it did not send, too.
    await reader.readAll();
    expect(total.bytes).toBe(0);
  });

  test("is counted by what still waits, also when more comes than it reads", async () => {
    const total = new OutgoingTotal();
    const reader = new Reader(total);
    for (let i = 0; i < 50; i++) {
      reader.receive(30);
      reader.receive(20);
      await reader.readAll();
    }
    expect([reader.isOpen, total.bytes]).toEqual([true, 0]);
  });

  test("may let no more than a message queue up while all together have too much", async () => {
    const total = new OutgoingTotal();
    const slow = [new Reader(total), new Reader(total), new Reader(total)];
    const quick = new Reader(total);
    expect(slow.map((reader) => reader.receive(100))).toEqual([true, true, false]);
    expect(quick.receive(10)).toBe(true);
    await quick.readAll();
    expect(slow[0]?.receive(1)).toBe(false);
    expect(slow[1]?.isOpen).toBe(true);
    expect(quick.isOpen).toBe(true);
  });
});
