import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import type { BrowserOptions } from "./tests/fixtures.ts";
import { CHROMIUM_ARGS, findBrowser } from "./browser/find-browser.js";

const browser = findBrowser();
const cwd = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig<BrowserOptions>({
  testDir: "tests",
  // Not the system's temporary folder, which may be memory: the profiles of tests are here.
  outputDir: "test-results/e2e",
  preserveOutput: "failures-only",
  fullyParallel: true,
  // Each has browsers of its own, which are busy while they sync.
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env["CI"]),
  // Both on any free port. A group's name is the environment variable by which Playwright passes on what it matched.
  projects: [
    { name: "chromium" },
    // The scenarios that say so once more, with tabs in both.
    { name: "firefox", grep: /@browsers/, use: { browsers: "chromium and firefox" } },
  ],
  webServer: [
    { command: "node e2e/app/serve.js", cwd, wait: { stdout: /served on port (?<vecmesh_app_port>\d+)/ } },
    {
      command: "node demo/start.js --port 0 --signaling-port 0",
      cwd,
      wait: { stdout: /Shared notes: (?<vecmesh_demo_url>\S+)/ },
    },
  ],
  use: {
    baseURL: `http://127.0.0.1:${process.env["VECMESH_APP_PORT"]}`,
    launchOptions: { ...(browser && { executablePath: browser.executablePath }), args: [...CHROMIUM_ARGS] },
  },
});
