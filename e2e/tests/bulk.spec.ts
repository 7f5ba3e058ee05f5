import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { Tab } from "./tab.ts";

declare global {
  interface Window {
    /** The most that the browser has buffered for one data channel: bytes. */
    mostBuffered: number;
  }
}

const HALF = 10_000;
const DIMENSIONS = 384;
/** Some 15 s on two cores with nothing else to do; the tests of a whole run share them. */
const SYNC_TIMEOUT_MS = 120_000;
/** The floats alone take 29 MiB: a tab that queued them, or kept them beside its store, would hold more than this. */
const MAX_GROWTH_BYTES = 20 * 1024 * 1024;
/** Chromium closes a channel at 16 MiB, and a ping behind 8 MiB waits for a second. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

test("20,000 entries of 384 floats sync between two tabs, at rest and while written, in bounded memory", async ({
  device,
  room,
}) => {
  test.setTimeout(2 * SYNC_TIMEOUT_MS);
  await device.addInitScript(() => {
    window.mostBuffered = 0;
    const { value } = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, "send") ?? {};
    const send = value as (this: RTCDataChannel, data: never) => void;
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: never) {
      send.call(this, data);
      window.mostBuffered = Math.max(window.mostBuffered, this.bufferedAmount);
    };
  });
  const writer = await Tab.blank(device);
  await writer.open({ room, dimensions: DIMENSIONS });
  const write = (from: number): Promise<void> =>
    writer.page.evaluate(([first, count, dimensions]) => window.app.writeRandom(first, count, dimensions), [
      from,
      HALF,
      DIMENSIONS,
    ] as const);
  await write(0);
  await writer.start();

  const reader = await Tab.join(device, { room });
  const gauges = [await MemoryGauge.attach(writer.page), await MemoryGauge.attach(reader.page)];
  const writing = write(HALF);
  await eventually(
    async () => {
      await Promise.all(gauges.map((gauge) => gauge.look()));
      return reader.count();
    },
    { timeout: SYNC_TIMEOUT_MS },
  ).toBe(2 * HALF);
  await writing;

  for (const gauge of gauges) expect(gauge.highestGrowth).toBeLessThan(MAX_GROWTH_BYTES);
  for (const { page } of [writer, reader]) {
    expect(await page.evaluate(() => window.mostBuffered)).toBeLessThan(MAX_BUFFERED_BYTES);
  }
  expect(await reader.page.evaluate(() => window.app.replica.stats().receivedBytes)).toBeGreaterThan(HALF * DIMENSIONS);
  for (const tab of [writer, reader]) expect(await tab.events("error")).toEqual([]);
});
