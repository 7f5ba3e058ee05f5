import type { Page } from "puppeteer-core";
import { expect, test as base } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { freezeTab } from "./freeze-tab.ts";
import { hasNetworkNamespaces } from "../system/network-namespaces.js";
import { forwardPort, NetworkNamespace } from "./network-namespace.ts";
import { PuppeteerBrowser } from "./puppeteer-browser.ts";
import { Tab } from "./tab.ts";

interface Fixtures {
  /** A tab at home, and one on a device that is joined to this machine by its own network only. */
  pair: { readonly network: NetworkNamespace; readonly away: Tab<Page>; readonly home: Tab };
}

const test = base.extend<Fixtures>({
  pair: async ({ openContext, room, startSignaling }, use, testInfo) => {
    const isThere = hasNetworkNamespaces();
    if (!isThere)
      console.warn("SKIPPED: no network namespaces here. `node e2e/system/ensure-network-namespaces.js` says why.");
    test.skip(!isThere, "no network namespaces");
    using network = new NetworkNamespace();
    await using served = await forwardPort(Number(process.env["VECMESH_APP_PORT"]), network.hostAddress);
    const origin = `http://${network.hostAddress}:${served.port}`;
    const browser = await PuppeteerBrowser.chromium(
      testInfo.outputPath("away"),
      [
        // An address that is not this machine's own counts as insecure without https.
        `--unsafely-treat-insecure-origin-as-secure=${origin}`,
        // Else addresses are told by names that only multicast resolves.
        "--disable-features=WebRtcHideLocalIpsWithMdns",
      ],
      (executablePath) => network.wrapperOf(executablePath, testInfo.outputPath()),
    );
    try {
      const signaling = (await startSignaling("0", "--host", network.hostAddress)).url;
      const config = { room, signaling, replicationFactor: 2 };
      const home = await Tab.join(await openContext(), config);
      const away = await Tab.blank(browser, origin);
      await away.open(config);
      await away.start();
      await eventually(() => home.votersOnline()).toBe(2);
      await use({ network, away, home });
      expect(browser.uncaught).toEqual([]);
    } finally {
      await browser.close();
    }
  },
});

async function caughtUp(what: string, away: Tab<Page>, home: Tab): Promise<void> {
  const since = Date.now();
  await eventually(() => away.read("missed")).toBe("meanwhile");
  console.log(`${what}: caught up in ${Date.now() - since} ms`);
  await eventually(() => home.votersOnline()).toBe(2);
  expect((await home.write("after", "by both", "quorum")).acks).toHaveLength(2);
}

test("T4: a device whose network is gone is missed, works on alone, and catches up when the network is back", async ({
  pair: { network, away, home },
}) => {
  network.cut();
  await eventually(() => away.run(() => navigator.onLine)).toBe(false);
  await eventually(() => home.votersOnline()).toBe(1);
  await home.write("missed", "meanwhile");
  await away.write("alone", "offline");
  expect(await away.writeOutcome("alone", "still offline", "quorum")).toMatchObject({
    error: { code: "quorum-unavailable", alive: 1 },
  });

  network.restore();
  await eventually(() => away.run(() => navigator.onLine)).toBe(true);
  await caughtUp("a network lost and found", away, home);
  await eventually(() => home.read("alone")).toBe("still offline");
});

test("T4: a device that moves to another network is found there", async ({ pair: { network, away, home } }) => {
  network.move();
  await home.write("missed", "meanwhile");
  await caughtUp("another network", away, home);
});

test("T4: a phone that was suspended, its sockets discarded, and woke in another network, catches up", async ({
  pair: { network, away, home },
}) => {
  const thaw = await freezeTab(away);
  network.cut();
  await eventually(() => home.votersOnline()).toBe(1);
  await home.write("missed", "meanwhile");
  network.restore();
  network.move();
  await thaw();
  await caughtUp("a suspended phone", away, home);
});
