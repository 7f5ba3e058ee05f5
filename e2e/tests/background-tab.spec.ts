import type { Page } from "puppeteer-core";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

declare global {
  interface Window {
    /** When a timer of this page's last came. */
    tickedAt: number;
  }
}

/** Chromium lets the timers of a tab that has been hidden for long, and has no connection, come once a minute. The real delay is 5 minutes. */
const SOON_INTENSIVE = ["--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1"];
/** Nothing but that throttling holds a timer back so long. */
const HELD_BACK_MS = 5000;
/** Longer than a peer that does not answer is waited for, 13 s: at half of it, it is asked. */
const SILENCE_MS = 7500;

test("T4: a tab in the background, its timers throttled, meets a newcomer, stays a member, and acknowledges what it holds", async ({
  openContext,
  openPuppeteer,
  room,
  startSignaling,
}) => {
  const config = { room, signaling: (await startSignaling()).url, replicationFactor: 2 };
  const browser = await openPuppeteer("chromium", "hidden", SOON_INTENSIVE);
  const hidden: Tab<Page> = await Tab.join(browser, config);
  await hidden.run(() => {
    const tick = (): void => {
      window.tickedAt = Date.now();
      setTimeout(tick, 100);
    };
    tick();
  });
  await (await browser.newPage()).bringToFront();
  await eventually(() => hidden.run(() => Date.now() - window.tickedAt), { message: "throttled" }).toBeGreaterThan(
    HELD_BACK_MS,
  );

  const shown = await Tab.join(await openContext(), config);
  await eventually(() => shown.votersOnline()).toBe(2);
  // Silence between them: that the other is there is found out by asking, and its answer is read in time.
  for (const id of ["at first", "after a silence"]) {
    const { acks } = await shown.write(id, "held by both", "quorum");
    expect(acks).toContain(await hidden.nodeId());
    // Acknowledged by it is held by it: nothing to wait for.
    expect(await hidden.read(id)).toBe("held by both");
    await shown.page.waitForTimeout(SILENCE_MS);
  }
  expect(await hidden.run(() => document.visibilityState)).toBe("hidden");
  for (const tab of [hidden, shown]) {
    expect(await tab.votersOnline()).toBe(2);
    expect((await tab.events("replica")).filter(({ status }) => status === "offline")).toEqual([]);
    expect(await tab.events("error")).toEqual([]);
  }
});
