import { defineConfig } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { CHROMIUM_ARGS, findBrowser } from "../browser/find-browser.js";

const browser = findBrowser();

/** Takes the screenshots of docs/screenshots anew: `npm run screenshots`. No part of the tests. */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results/screenshots",
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  webServer: {
    command: "node demo/start.js --port 0 --signaling-port 0",
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    wait: { stdout: /Shared notes: (?<vecmesh_demo_url>\S+)/ },
  },
  use: {
    actionTimeout: 20_000,
    viewport: { width: 1280, height: 800 },
    launchOptions: { ...(browser && { executablePath: browser.executablePath }), args: [...CHROMIUM_ARGS] },
  },
});
