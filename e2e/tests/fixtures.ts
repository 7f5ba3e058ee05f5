import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, expect, test as base } from "@playwright/test";
import { type ServerProcess, startServerProcess } from "../consumer/server-process.ts";

const SIGNALING = fileURLToPath(new URL("../bin/vecmesh-signaling.js", import.meta.resolve("@vecmesh/signaling")));

interface DeviceOptions {
  /** Which device: its profile outlives the browser. Default "device". */
  readonly profile?: string;
  /** Chromium's, beside those that all have. */
  readonly args?: readonly string[];
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
  /** Closes a context at the test's end, and fails the test when its pages leave an error uncaught. */
  care: (context: BrowserContext) => BrowserContext;
}

export const test = base.extend<Fixtures>({
  room: ({}, use) => use(randomUUID()),

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

  care: async ({}, use) => {
    const contexts: BrowserContext[] = [];
    const uncaught: Error[] = [];
    await use((context) => {
      contexts.push(context);
      context.on("weberror", (webError) => uncaught.push(webError.error()));
      return context;
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(uncaught, "errors that no page caught").toEqual([]);
  },
});

export { expect };
