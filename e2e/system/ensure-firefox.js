/**
 * `node e2e/system/ensure-firefox.js`: makes sure that there is a Firefox for the tests between browsers, installing Debian's package if
 * there is none. Where it cannot be had these tests are skipped; in CI (`CI` is set) that is a failure.
 */
import process from "node:process";
import { findFirefox } from "../browser/find-firefox.js";
import { aptInstall } from "./apt-install.js";

const failure = findFirefox() === undefined ? aptInstall("firefox-esr") : undefined;
const found = findFirefox();
if (found !== undefined) {
  console.log(found.version);
} else {
  console.error(`SKIPPED: tests that need Firefox, which could not be installed: ${failure}`);
  if (process.env["CI"]) process.exitCode = 1;
}
