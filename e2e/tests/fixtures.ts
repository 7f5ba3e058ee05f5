import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, expect, test as base, type WebError } from "@playwright/test";
import { findFirefox } from "../browser/find-firefox.js";
import { type ServerProcess, startServerProcess } from "../consumer/server-process.ts";
import { accountOf } from "./page-account.ts";
import { PuppeteerBrowser } from "./puppeteer-browser.ts";
import { Tab, type TabConfig, type TabHost, type TabPage } from "./tab.ts";

const SIGNALING = fileURLToPath(new URL("../bin/vecmesh-signaling.js", import.meta.resolve("@vecmesh/signaling")));

interface DeviceOptions {
  /** Which device: its profile outlives the browser. Default "device". */
  readonly profile?: string;
  /** Chromium's, beside those that all have. */
  readonly args?: readonly string[];
}

/** Whose tabs a scenario joins: all in one Chromium, or in a Chromium and a Firefox by turns. */
export interface BrowserOptions {
  browsers: "chromium" | "chromium and firefox";
}

interface WorkerFixtures {
  /** Launched when first needed, with a profile on disk; the tests of a worker share it, each with rooms of its own. */
  sharedFirefox: () => Promise<PuppeteerBrowser>;
}

interface Fixtures {
  /** A room that no other test knows. */
  room: string;
  /** A browser with a profile on disk. */
  device: BrowserContext;
  /** Launches another one, or one again that was closed. */
  openDevice: (options?: DeviceOptions) => Promise<BrowserContext>;
  /** A context of its own within one browser: it shares nothing with others, and keeps IndexedDB in memory. */
  openContext: () => Promise<BrowserContext>;
  /** Runs the signaling server's command, on any free port or on the one given, with more flags if need be. */
  startSignaling: (port?: string, ...flags: string[]) => Promise<ServerProcess>;
  /** Opens a tab that joins the room, in the next of the project's browsers, with what these need to find each other. */
  join: (config?: Partial<TabConfig>) => Promise<Tab<TabPage>>;
  /** As `openDevice`, of the project's browsers by turns: the first device has the first, the second the second. */
  openBrowser: (profile: string) => Promise<ClosableHost>;
  /** A Chromium or Firefox that Puppeteer drives, with a profile on disk. */
  openPuppeteer: (
    browser: "chromium" | "firefox",
    profile: string,
    args?: readonly string[],
  ) => Promise<PuppeteerBrowser>;
  /** Closes a context at the test's end, and fails the test when its pages leave an error uncaught. Prints what they know when it failed. */
  care: (context: BrowserContext) => BrowserContext;
}

type ClosableHost = TabHost & { close(): Promise<unknown> };

/**
 * y-webrtc, which pages are compared with, publishes signals to a server whose socket has not opened yet, catches nothing, and gets over it
 * (`publishSignalingMessage` of 10.3).
 */
function isOfYWebrtc(webError: WebError): boolean {
  const { pathname } = new URL(webError.page()?.url() ?? "about:blank");
  return (
    /^\/y-webrtc(-provider)?\.html$/.test(pathname) && webError.error().message.includes("Still in CONNECTING state")
  );
}

export const test = base.extend<Fixtures & BrowserOptions, WorkerFixtures>({
  browsers: ["chromium", { option: true }],

  sharedFirefox: [
    async ({}, use, { project, workerIndex }) => {
      let launched: Promise<PuppeteerBrowser> | undefined;
      await use(() => (launched ??= PuppeteerBrowser.firefox(`${project.outputDir}/shared-firefox-${workerIndex}`)));
      const firefox = await launched;
      await firefox?.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  room: ({}, use) => use(randomUUID()),

  join: async ({ browsers, device, openContext, room, sharedFirefox, startSignaling }, use) => {
    const withFirefox = browsers === "chromium and firefox";
    if (withFirefox) requireFirefox();
    const firefox = withFirefox ? await sharedFirefox() : undefined;
    const ways = withFirefox ? { signaling: (await startSignaling()).url } : {};
    const tabs: Tab<TabPage>[] = [];
    await use(async (config = {}) => {
      const isInFirefox = firefox !== undefined && tabs.length % 2 === 1;
      // Those that are to meet by a certain server must not find each other without.
      const chromium = config.signaling === undefined ? device : await openContext();
      const host: TabHost = isInFirefox ? firefox : chromium;
      const tab = await Tab.join(host, { room, ...ways, ...config });
      tabs.push(tab);
      return tab;
    });
    if (firefox === undefined) return;
    await firefox.closePages();
    expect(firefox.uncaught.splice(0), "errors that no page of Firefox caught").toEqual([]);
  },

  openBrowser: async ({ browsers, openDevice, openPuppeteer }, use) => {
    const profiles: string[] = [];
    await use(async (profile) => {
      if (!profiles.includes(profile)) profiles.push(profile);
      if (browsers === "chromium" || profiles.indexOf(profile) % 2 === 0) return openDevice({ profile });
      return openPuppeteer("firefox", profile);
    });
  },

  openPuppeteer: async ({}, use, testInfo) => {
    const opened: PuppeteerBrowser[] = [];
    await use(async (browser, profile, args) => {
      if (browser === "firefox") requireFirefox();
      const launched = await PuppeteerBrowser[browser](testInfo.outputPath(profile), args);
      opened.push(launched);
      return launched;
    });
    await Promise.all(opened.map((browser) => browser.close()));
    const uncaught = opened.flatMap((browser) => browser.uncaught);
    expect(uncaught, "errors that no page caught").toEqual([]);
  },

  device: async ({ openDevice }, use) => use(await openDevice()),

  openDevice: ({ launchOptions, baseURL, care }, use, testInfo) =>
    use(async ({ profile = "device", args = [] } = {}) =>
      care(
        await chromium.launchPersistentContext(testInfo.outputPath(profile), {
          ...launchOptions,
          args: [...(launchOptions.args ?? []), ...args],
          ...(baseURL !== undefined && { baseURL }),
        }),
      ),
    ),

  openContext: ({ browser, care }, use) => use(async () => care(await browser.newContext())),

  startSignaling: async ({}, use) => {
    const servers: ServerProcess[] = [];
    await use(async (port = "0", ...flags) => {
      const server = await startServerProcess(".", SIGNALING, "--port", port, ...flags);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  },

  care: async ({}, use, testInfo) => {
    const contexts: BrowserContext[] = [];
    const uncaught: Error[] = [];
    await use((context) => {
      contexts.push(context);
      context.on("weberror", (webError) => {
        if (!isOfYWebrtc(webError)) uncaught.push(webError.error());
      });
      return context;
    });
    if (testInfo.status !== testInfo.expectedStatus)
      for (const page of contexts.flatMap((context) => context.pages())) console.log(await accountOf(page));
    await Promise.all(contexts.map((context) => context.close()));
    expect(uncaught, "errors that no page caught").toEqual([]);
  },
});

/** Skips the test where there is none, and says so. */
function requireFirefox(): void {
  const isThere = findFirefox() !== undefined;
  if (!isThere) console.warn("SKIPPED: no Firefox here. `node e2e/system/ensure-firefox.js` installs one.");
  test.skip(!isThere, "no Firefox");
}

export { expect };
