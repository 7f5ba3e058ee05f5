/**
 * `node e2e/system/ensure-postgresql.js`: makes sure that there is a PostgreSQL for the tests of the edge replica's sink, installing Debian's
 * package if there is none, and pgvector where Debian has it. Where PostgreSQL cannot be had these tests are skipped; in CI (`CI` is set) that is a failure.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { aptInstall } from "./apt-install.js";

/** Where Debian puts its versions, each in a folder. */
const DEBIAN = "/usr/lib/postgresql";

/** The newest that is here. */
function version() {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).filter((name) => existsSync(`${DEBIAN}/${name}/bin/initdb`))
    : [];
  return versions.sort((a, b) => Number(b) - Number(a))[0];
}

const failure = version() === undefined ? aptInstall("postgresql") : undefined;
const found = version();
if (found !== undefined) {
  const name = `postgresql-${found}-pgvector`;
  // From Debian 13 on.
  const isKnown = spawnSync("apt-cache", ["show", name]).status === 0;
  const isThere = existsSync(`/usr/share/postgresql/${found}/extension/vector.control`);
  const without = isThere ? undefined : isKnown ? aptInstall(name) : "Debian has no package of it here";
  console.log(`PostgreSQL ${found}, ${without === undefined ? "with pgvector" : `without pgvector: ${without}`}`);
} else {
  console.error(`SKIPPED: tests that need a PostgreSQL, which could not be installed: ${failure}`);
  if (process.env["CI"]) process.exitCode = 1;
}
