import process from "node:process";
import type { Page } from "puppeteer-core";
import type { Dot } from "@vecmesh/sdk";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { freezeTab } from "./freeze-tab.ts";
import type { PuppeteerBrowser } from "./puppeteer-browser.ts";
import { Tab } from "./tab.ts";

/** How long a sleeper sleeps at least: a minute in `npm run test:long`. By default until it is missed, some 15 s. */
const SLEEP_MS = Number(process.env["VECMESH_SLEEP_MS"] ?? 0);
/**
 * From the moment at which the sleeper runs again until it holds what it has missed. Demanded in `npm run test:long`, which has the machine
 * to itself; in `npm test`, beside other tests, the time is printed and says nothing of T4.
 */
const CAUGHT_UP_MS = SLEEP_MS > 0 ? 5000 : undefined;
/** Shorter than it takes to miss a sleeper: these writes wait for its ack in vain. */
const ACK_TIMEOUT_MS = 2000;

/** How each falls asleep; resolves with how to wake it. */
const sleepers: Readonly<Record<string, (browser: PuppeteerBrowser, tab: Tab<Page>) => Promise<() => unknown>>> = {
  "a tab that is frozen": (_browser, tab) => freezeTab(tab),
  "a laptop that is closed": async (browser) => {
    browser.suspend();
    return () => browser.resume();
  },
};

for (const [who, fallAsleep] of Object.entries(sleepers)) {
  test(`T4: ${who} acknowledges nothing, is missed, and catches up on its return`, async ({
    openContext,
    openPuppeteer,
    room,
    startSignaling,
  }) => {
    test.setTimeout(90_000 + SLEEP_MS);
    const config = { room, signaling: (await startSignaling()).url, replicationFactor: 2 };
    const awake = await Tab.join(await openContext(), config);
    const browser = await openPuppeteer("chromium", "sleeper");
    const tab = await Tab.join(browser, config);
    await eventually(() => awake.votersOnline()).toBe(2);
    const ids = { awake: await awake.nodeId(), asleep: await tab.nodeId() };
    expect([...(await awake.write("before", "by both", "quorum")).acks].toSorted()).toEqual(
      Object.values(ids).toSorted(),
    );

    const asleepSince = Date.now();
    const wake = await fallAsleep(browser, tab);
    const unacknowledged = await awake.run(
      (timeoutMs) =>
        window.app.outcome(() =>
          window.app.replica.write({ id: "at once", vector: Float32Array.of(1, 0, 0) }, { timeoutMs }),
        ),
      ACK_TIMEOUT_MS,
    );
    expect(unacknowledged).toMatchObject({ error: { code: "quorum-timeout", required: 2, acks: [ids.awake] } });
    await eventually(() => awake.votersOnline(), { message: "missed" }).toBe(1);
    expect(await awake.writeOutcome("missed", "meanwhile", "quorum")).toMatchObject({
      error: { code: "quorum-unavailable", alive: 1 },
    });
    await awake.page.waitForTimeout(Math.max(0, asleepSince + SLEEP_MS - Date.now()));

    await wake();
    const wokenAt = Date.now();
    await eventually(() => tab.read("missed"), CAUGHT_UP_MS === undefined ? {} : { timeout: CAUGHT_UP_MS }).toBe(
      "meanwhile",
    );
    console.log(`${who} for ${wokenAt - asleepSince} ms caught up in ${Date.now() - wokenAt} ms`);
    await eventually(() => awake.votersOnline()).toBe(2);
    // Only now does it count, and holds what it is counted for.
    const { dots } = (unacknowledged as unknown as { error: { dots: Dot[] } }).error;
    const { acks } = await awake.run((written) => window.app.replica.confirm(written), dots);
    expect([...acks].toSorted()).toEqual(Object.values(ids).toSorted());
    expect((await tab.contents()).map(({ id }) => id)).toEqual(["at once", "before", "missed"]);
    for (const each of [awake, tab]) expect(await each.events("error")).toEqual([]);
  });
}
