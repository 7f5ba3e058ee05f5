import { defineConfig } from "@playwright/test";
import { CHROMIUM_ARGS, findBrowser } from "../browser/find-browser.js";

const browser = findBrowser();

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results/consumer",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env["CI"]),
  use: { launchOptions: { ...(browser && { executablePath: browser.executablePath }), args: [...CHROMIUM_ARGS] } },
});
