/**
 * `node e2e/system/ensure-redis.js`: makes sure that there is a Redis for the tests of servers that share rooms, installing Debian's
 * package if there is none. Where it cannot be had these tests are skipped; in CI (`CI` is set) that is a failure.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { aptInstall } from "./apt-install.js";

/** @returns {string | undefined} */
function version() {
  const { status, stdout } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

const failure = version() === undefined ? aptInstall("redis-server") : undefined;
const found = version();
if (found !== undefined) {
  console.log(found);
} else {
  console.error(`SKIPPED: tests that need a redis-server, which could not be installed: ${failure}`);
  if (process.env["CI"]) process.exitCode = 1;
}
