/** `node e2e/browser/ensure-browser.js`: makes sure that the tests have a browser, installing one if they have none. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { aptInstall, run } from "../system/apt-install.js";
import { findBrowser } from "./find-browser.js";

/** A host that does not answer in this time is taken for unreachable. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** About 180 MB on a slow line. Playwright tries again by itself, so this also bounds its attempts. */
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/** @typedef {{ readonly name: string, readonly install: () => string | undefined }} Installer `install` says why it failed. */

/** @type {readonly Installer[]} */
const INSTALLERS = [
  { name: "Playwright's Chromium", install: installByPlaywright },
  { name: "Debian's chromium package", install: () => aptInstall("chromium") },
];

function main() {
  let browser = findBrowser();
  /** @type {string[]} */
  const failures = [];
  for (const { name, install } of INSTALLERS) {
    if (browser) break;
    console.log(`No browser found; installing ${name}.`);
    const failure = install();
    browser = findBrowser();
    if (!browser) failures.push(`${name}: ${failure ?? "installed, but it does not run here"}`);
  }
  if (browser) {
    console.log(`Browser: ${browser.executablePath} (${browser.source}) ${browser.version}`);
    return;
  }
  console.error(
    [
      "The tests need Chromium, and none could be found or installed.",
      ...failures.map((failure) => `  - ${failure}`),
      "Install Chromium or Chrome, or set VECMESH_BROWSER to the path of its executable.",
    ].join("\n"),
  );
  process.exitCode = 1;
}

function installByPlaywright() {
  const cli = join(dirname(createRequire(import.meta.url).resolve("playwright/package.json")), "cli.js");
  return run(process.execPath, [cli, "install", "--no-shell", "chromium"], DOWNLOAD_TIMEOUT_MS, {
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: String(CONNECTION_TIMEOUT_MS),
  });
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
