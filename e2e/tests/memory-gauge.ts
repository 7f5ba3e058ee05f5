import type { CDPSession, Page } from "@playwright/test";

/** What a page's JavaScript holds on to: its objects and the memory of its array buffers. */
export class MemoryGauge {
  readonly #session: CDPSession;
  readonly #atFirst: number;
  /** How far what it holds has risen above what it held at first: bytes. */
  highestGrowth = 0;

  private constructor(session: CDPSession, atFirst: number) {
    this.#session = session;
    this.#atFirst = atFirst;
  }

  static async attach(page: Page): Promise<MemoryGauge> {
    const session = await page.context().newCDPSession(page);
    return new MemoryGauge(session, await heldBytes(session));
  }

  async look(): Promise<void> {
    this.highestGrowth = Math.max(this.highestGrowth, (await heldBytes(this.#session)) - this.#atFirst);
  }
}

async function heldBytes(session: CDPSession): Promise<number> {
  // Garbage is not held.
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
  return usedSize + backingStorageSize;
}
