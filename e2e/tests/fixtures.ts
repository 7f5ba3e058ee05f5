import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, expect, test as base } from "@playwright/test";
import { type ServerProcess, startServerProcess } from "../consumer/server-process.ts";

const SIGNALING = fileURLToPath(new URL("../bin/vecmesh-signaling.js", import.meta.resolve("@vecmesh/signaling")));

/** Chromium's own options for one device's browser. */
interface DeviceOptions {
  /** Which device: its profile outlives the browser. Default "device". */
  readonly profile?: string;
  readonly args?: readonly string[];
}

interface Fixtures {
  /** A room that no other test knows. */
  room: string;
  /** Launches a browser with a profile on disk. A context without one keeps IndexedDB in memory. */
  openDevice: (options?: DeviceOptions) => Promise<BrowserContext>;
  /** A browser with a profile on disk. */
  device: BrowserContext;
  /** Starts the signaling server as its users do, on any free port or on the one given. */
  startSignaling: (port?: string) => Promise<ServerProcess>;
}

export const test = base.extend<Fixtures>({
  room: ({}, use) => use(randomUUID()),

  openDevice: async ({ launchOptions, baseURL }, use, testInfo) => {
    const devices: BrowserContext[] = [];
    const uncaught: Error[] = [];
    await use(async ({ profile = "device", args = [] } = {}) => {
      const device = await chromium.launchPersistentContext(testInfo.outputPath(profile), {
        ...launchOptions,
        args: [...(launchOptions.args ?? []), ...args],
        ...(baseURL !== undefined && { baseURL }),
      });
      device.on("weberror", (webError) => uncaught.push(webError.error()));
      devices.push(device);
      return device;
    });
    await Promise.all(devices.map((device) => device.close()));
    expect(uncaught, "errors that no page caught").toEqual([]);
  },

  device: async ({ openDevice }, use) => use(await openDevice()),

  startSignaling: async ({}, use) => {
    const servers: ServerProcess[] = [];
    await use(async (port = "0") => {
      const server = await startServerProcess(".", SIGNALING, "--port", port);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  },
});

export { expect };
