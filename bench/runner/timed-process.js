import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";

/**
 * Runs a script to its end; how long that took, with Node's own start: milliseconds.
 *
 * @param {string} script
 * @param {readonly string[]} args
 */
export async function timed(script, args) {
  const started = performance.now();
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return performance.now() - started;
}
