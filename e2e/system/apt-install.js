import { spawnSync } from "node:child_process";
import process from "node:process";

/** Package lists, a browser and its libraries, on a slow mirror. */
const APT_TIMEOUT_MS = 10 * 60_000;

/**
 * Installs one of Debian's packages, as root or by sudo. Services that come with it are not started.
 *
 * @param {string} name
 * @returns {string | undefined} why it failed
 */
export function aptInstall(name) {
  if (process.platform !== "linux") return "only on Linux";
  /** @param {string[]} args */
  const apt = (...args) => {
    const command = ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", ...args];
    if (process.getuid?.() === 0) return run("env", command, APT_TIMEOUT_MS);
    // `-n` fails at once instead of asking for a password that nobody is there to type.
    return run("sudo", ["-n", "env", ...command], APT_TIMEOUT_MS);
  };
  return apt("update") ?? apt("install", "--yes", "--no-install-recommends", name);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} timeout milliseconds
 * @param {Record<string, string>} [environment] added to this process's
 * @returns {string | undefined} why it failed
 */
export function run(command, args, timeout, environment = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
    timeout,
  });
  if (error) return `${command} did not run: ${error.message}`;
  if (signal) return `ended by ${signal}`;
  return status === 0 ? undefined : `${command} exited with ${status}`;
}
