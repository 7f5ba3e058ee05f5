/**
 * Finds a Chromium for the tests. Plain JavaScript, because configuration files and commands of Node 20 import it.
 *
 * @typedef {object} Browser
 * @property {string} executablePath
 * @property {"VECMESH_BROWSER" | "system" | "playwright"} source Where it was found.
 * @property {string} version As the browser says it; empty on Windows, where asking would open a window.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { chromium } from "playwright";

/** A cold start of a large binary on a busy two-core machine takes some seconds; a browser that hangs is none. */
const VERSION_TIMEOUT_MS = 30_000;

const COMMANDS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Chromium's sandbox refuses to run as root. The rest silences what a test neither needs nor wants on the network. */
export const CHROMIUM_ARGS = Object.freeze([
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]);

/**
 * The first browser that runs: the environment's VECMESH_BROWSER, a system Chromium or Chrome, Playwright's download.
 * Downloads nothing; `ensure-browser.js` does.
 *
 * @returns {Browser | undefined}
 * @throws {Error} when VECMESH_BROWSER names something that does not run: falling back would hide the mistake.
 */
export function findBrowser() {
  const chosen = process.env["VECMESH_BROWSER"];
  if (chosen) {
    const version = versionOf(chosen);
    if (version === undefined) {
      throw new Error(`VECMESH_BROWSER=${chosen} does not run. Set it to a Chromium's executable, or unset it.`);
    }
    return { executablePath: chosen, source: "VECMESH_BROWSER", version };
  }
  for (const executablePath of systemCandidates()) {
    const version = versionOf(executablePath);
    if (version !== undefined) return { executablePath, source: "system", version };
  }
  const executablePath = chromium.executablePath();
  const version = versionOf(executablePath);
  return version === undefined ? undefined : { executablePath, source: "playwright", version };
}

function systemCandidates() {
  if (process.platform === "darwin") {
    return ["Chromium", "Google Chrome"].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
  }
  if (process.platform === "win32") {
    return ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
      const folder = process.env[variable];
      return folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [];
    });
  }
  return onPath(COMMANDS);
}

/**
 * Where executables of these names may be, the first name's first.
 *
 * @param {readonly string[]} commands
 */
export function onPath(commands) {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/**
 * Being there is not enough: Ubuntu's `chromium-browser` is a script that only asks for a snap, and a download lacks
 * its shared libraries on a bare system.
 *
 * @param {string} executablePath
 * @returns {string | undefined} undefined when it is not there or does not run
 */
function versionOf(executablePath) {
  if (!existsSync(executablePath)) return undefined;
  if (process.platform === "win32") return "";
  const { status, stdout } = spawnSync(executablePath, ["--version"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: VERSION_TIMEOUT_MS,
  });
  return status === 0 && /chrom/i.test(stdout) ? stdout.trim() : undefined;
}
