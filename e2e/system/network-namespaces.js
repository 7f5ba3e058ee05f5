import { spawnSync } from "node:child_process";
import process from "node:process";

/** Whether this process may make networks: it takes root, and `ip`. */
export function hasNetworkNamespaces() {
  const name = `vecmesh-try-${process.pid}`;
  const isMade = spawnSync("ip", ["netns", "add", name]).status === 0;
  if (isMade) spawnSync("ip", ["netns", "delete", name]);
  return isMade;
}
