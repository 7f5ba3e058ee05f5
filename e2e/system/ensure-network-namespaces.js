/**
 * `node e2e/system/ensure-network-namespaces.js`: makes sure that tests can give a browser a network of its own and take it away, installing
 * Debian's iproute2 if need be. Where they cannot these tests are skipped; in CI (`CI` is set) that is a failure.
 */
import process from "node:process";
import { aptInstall } from "./apt-install.js";
import { hasNetworkNamespaces } from "./network-namespaces.js";

const failure = hasNetworkNamespaces() ? undefined : aptInstall("iproute2");
if (hasNetworkNamespaces()) {
  console.log("Network namespaces can be made.");
} else {
  const reason = failure ?? "`ip netns add` fails, which root in a machine or a privileged container may do";
  console.error(`SKIPPED: tests that need network namespaces: ${reason}`);
  if (process.env["CI"]) process.exitCode = 1;
}
