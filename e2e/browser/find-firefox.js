/** Finds a Firefox for the tests between browsers. Downloads nothing; `system/ensure-firefox.js` does. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { onPath } from "./find-browser.js";

/** A cold start of a large binary on a busy two-core machine takes some seconds. */
const VERSION_TIMEOUT_MS = 30_000;

/** Debian's first: its `firefox`, where there is one, is the same. */
const COMMANDS = ["firefox-esr", "firefox"];

/**
 * The first that runs: the environment's VECMESH_FIREFOX, then the system's.
 *
 * @returns {{ readonly executablePath: string, readonly version: string } | undefined}
 * @throws {Error} when VECMESH_FIREFOX names something that does not run: falling back would hide the mistake.
 */
export function findFirefox() {
  const chosen = process.env["VECMESH_FIREFOX"];
  for (const executablePath of chosen ? [chosen] : onPath(COMMANDS)) {
    const { status, stdout } = spawnSync(executablePath, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: VERSION_TIMEOUT_MS,
    });
    if (status === 0 && /firefox/i.test(stdout)) return { executablePath, version: stdout.trim() };
  }
  if (chosen) throw new Error(`VECMESH_FIREFOX=${chosen} does not run. Set it to a Firefox's executable, or unset it.`);
  return undefined;
}
