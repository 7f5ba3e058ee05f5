import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { CHROMIUM_ARGS, findBrowser } from "./browser/find-browser.js";

const browser = findBrowser();

export default defineConfig({
  testDir: "tests",
  // Not the system's temporary folder, which may be memory: the profiles of tests are here.
  outputDir: "test-results/e2e",
  preserveOutput: "failures-only",
  fullyParallel: true,
  // Each has browsers of its own, which are busy while they sync.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env["CI"]),
  webServer: {
    command: "node app/serve.js",
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    // The group's name is the environment variable by which Playwright passes the port on.
    wait: { stdout: /served on port (?<vecmesh_app_port>\d+)/ },
  },
  use: {
    baseURL: `http://127.0.0.1:${process.env["VECMESH_APP_PORT"]}`,
    launchOptions: { ...(browser && { executablePath: browser.executablePath }), args: [...CHROMIUM_ARGS] },
  },
});
