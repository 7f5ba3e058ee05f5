/**
 * `node e2e/system/ensure-coturn.js`: makes sure that there is a coturn for the tests of connections through a TURN server, installing
 * Debian's package if there is none. Where it cannot be had these tests are skipped; in CI (`CI` is set) that is a failure.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { aptInstall } from "./apt-install.js";

/** @returns {string | undefined} */
function version() {
  const { error, stdout } = spawnSync("turnserver", ["--version"], { encoding: "utf8" });
  return error === undefined ? stdout.trim() : undefined;
}

const failure = version() === undefined ? aptInstall("coturn") : undefined;
const found = version();
if (found !== undefined) {
  console.log(`coturn ${found}`);
} else {
  console.error(`SKIPPED: tests that need coturn, which could not be installed: ${failure}`);
  if (process.env["CI"]) process.exitCode = 1;
}
